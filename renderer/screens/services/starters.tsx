/** No service yet: each of the usual ones by one click, anything else by the form. */
import { useState } from 'react';
import { Database, LoaderCircle, Plus } from 'lucide-react';
import { Button } from '../../parts/button.tsx';
import { createService } from '../../store/service-create.ts';
import { nameFor } from '../../store/service-fields.ts';
import { openServiceForm } from '../../store/service-form.ts';
import { showProblems } from '../../store/toasts.ts';
import { LabelledSites } from './labelled-sites.tsx';
import type { CatalogueEntry, ServicesReport } from '../../../shared/service.ts';
import type { ServiceType } from '../../../shared/service-config.ts';

export function Starters({ report: { catalogue, docker, labelled } }: { report: ServicesReport }) {
  const [begun, setBegun] = useState<ServiceType>();
  const start = async ({ type }: CatalogueEntry): Promise<void> => {
    setBegun(type);
    const made = await createService({ type, name: nameFor(type, {}, []) });
    setBegun(undefined);
    if (!made.ok) showProblems(made.problems);
  };
  return (
    <section className="detail starters" aria-label="First service">
      <h1 tabIndex={-1}>No service yet</h1>
      <p className="muted">
        A database beside your sites: pulled, started and kept by Mogoly, open on this machine only, with a password of
        its own.
      </p>
      <ul className="starter-list">
        {catalogue
          .filter(({ type }) => type !== 'custom')
          .map((entry) => (
            <li key={entry.type}>
              <button
                type="button"
                className="starter"
                disabled={!docker.available || begun !== undefined}
                onClick={() => void start(entry)}
              >
                {begun === entry.type ? (
                  <LoaderCircle size={20} className="spin" aria-hidden />
                ) : (
                  <Database size={20} aria-hidden />
                )}
                <span className="starter-title">Start {entry.title}</span>
                <span className="mono muted">
                  {entry.image}:{entry.version}
                </span>
              </button>
            </li>
          ))}
      </ul>
      <Button look="quiet" onClick={() => openServiceForm()}>
        <Plus size={14} aria-hidden /> Another image, or settings of your own
      </Button>
      <LabelledSites labelled={labelled} />
    </section>
  );
}
