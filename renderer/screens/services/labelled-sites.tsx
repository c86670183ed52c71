/** Containers of others that are sites by their labels while they run. */
import { useStore } from 'zustand';
import { liveStore } from '../../store/live.ts';
import { setView } from '../../store/view.ts';
import type { LabelledSite } from '../../../shared/service.ts';

export function LabelledSites({ labelled }: { labelled: readonly LabelledSite[] }) {
  if (labelled.length === 0) return null;
  return (
    <section className="labelled" aria-label="Sites by label">
      <h2>Sites by label</h2>
      <ul>
        {labelled.map((site) => (
          <Labelled key={`${site.host} ${site.container}`} site={site} />
        ))}
      </ul>
    </section>
  );
}

function Labelled({ site: { host, container, url, problem } }: { site: LabelledSite }) {
  const isSite = useStore(liveStore, (state) => state.snapshot?.sites.some(({ name }) => name === host) ?? false);
  const show = (): void => setView({ screen: 'sites', site: host, siteSearch: '', onlyBroken: false });
  return (
    <li>
      {isSite ? (
        <button type="button" className="place-link mono" onClick={show}>
          {host}
        </button>
      ) : (
        <span className="mono">{host}</span>
      )}
      <span className="muted labelled-to">
        {problem === undefined ? `container ${container}` : `${container}: ${problem.message}`}
        {problem === undefined && url !== undefined && `, ${url.replace(/^http:\/\//, '')}`}
      </span>
    </li>
  );
}
