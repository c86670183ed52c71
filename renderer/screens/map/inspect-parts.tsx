/** What every inspector is made of: a head that closes, figures, and the way to the site. */
import { useEffect, useRef, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { IconButton } from '../../parts/button.tsx';
import { setMapView } from '../../store/map-view.ts';
import { setView } from '../../store/view.ts';

export function showInSites(site: string): void {
  setView({ screen: 'sites', site, siteSearch: '', onlyBroken: false });
}

interface HeadProps {
  title: string;
  /** Of what kind it is, and where. */
  lead: ReactNode;
  mark?: ReactNode;
  onClose: () => void;
}

/** Takes the focus when it opens, so that keys and readers go on here. */
export function InspectHead({ title, lead, mark, onClose }: HeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [title]);
  return (
    <header className="inspect-head">
      <div>
        <h2 ref={heading} className="mono" tabIndex={-1}>
          {title}
        </h2>
        <p className="muted">{lead}</p>
        {mark}
      </div>
      <IconButton label="Close" icon={<X size={16} aria-hidden />} onClick={onClose} />
    </header>
  );
}

export function InspectFigures({
  figures,
}: {
  figures: readonly (readonly [label: string, value: string, tone?: string])[];
}) {
  return (
    <dl className="inspect-figures">
      {figures.map(([label, value, tone = '']) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className={tone}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Facts({ facts }: { facts: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="inspect-facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export const inspect = (id: string | undefined): void => setMapView({ inspected: id });
