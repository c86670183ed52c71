/** The frame of a screen without a list beside it: title, actions, and what scrolls below. */
import type { ReactNode } from 'react';

interface PageProps {
  title: string;
  /** One muted line below the title. */
  lead?: ReactNode;
  /** Buttons, at the end of the title's line. */
  actions?: ReactNode;
  children?: ReactNode;
}

export function Page({ title, lead, actions, children }: PageProps) {
  return (
    <section className="page" aria-label={title}>
      <header className="page-head">
        <div>
          <h1 tabIndex={-1}>{title}</h1>
          {lead !== undefined && <p className="muted">{lead}</p>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      <div className="page-body">{children}</div>
    </section>
  );
}

/** A part of a page, under its own heading. */
export function Section({ title, lead, actions, children }: PageProps) {
  return (
    <section className="page-section" aria-label={title}>
      <header className="page-section-head">
        <div>
          <h2>{title}</h2>
          {lead !== undefined && <p className="muted">{lead}</p>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
