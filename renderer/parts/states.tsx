/** What stands in the place of a list or a page: being read, could not be read, nothing there yet. */
import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import type { Problem } from '../../shared/problem.ts';

export function Loading({ what }: { what: string }) {
  return (
    <div className="state" role="status">
      <LoaderCircle size={16} className="spin" aria-hidden />
      <p className="muted">{what}…</p>
    </div>
  );
}

/** Each problem with its remedy, and another try. */
export function Failed({ problems, onRetry }: { problems: readonly Problem[]; onRetry: () => void }) {
  return (
    <div className="state" role="alert">
      {problems.map((problem, index) => (
        <div key={index}>
          <p>{problem.message}</p>
          {problem.fix !== undefined && <p className="muted">{problem.fix}</p>}
        </div>
      ))}
      <Button onClick={onRetry}>Try again</Button>
    </div>
  );
}

/** Teaches: `children` hold the one action that fills it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
