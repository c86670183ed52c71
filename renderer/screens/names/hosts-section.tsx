/** Zones and hosts, and what answers each of them. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { Section } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import { liveStore } from '../../store/live.ts';
import { nameRows, type NameRow } from '../../store/name-rows.ts';
import { useAnswer, type Loaded } from '../../store/use-answer.ts';
import { setView } from '../../store/view.ts';
import { valueAt } from '../../../shared/value-at.ts';
import type { SystemNamesStatus } from '../../../shared/system-names.ts';

/** A list of names is read, not scrolled for ever; the rest is in Sites. */
const SHOWN_MAX = 200;

export function HostsSection({ status }: { status: Loaded<SystemNamesStatus> }) {
  const sites = useStore(liveStore, (state) => state.snapshot?.sites);
  const document = useAnswer('config.get');
  const rows = useMemo(() => {
    const value = document.state.phase === 'ready' ? document.state.value.value : undefined;
    return nameRows(zonesOf(value), sites ?? [], status.phase === 'ready' ? status.value : undefined);
  }, [document.state, sites, status]);
  return (
    <Section title="Zones and hosts" lead="Every name in a zone is answered; hosts are those of the sites.">
      {rows.length === 0 ? (
        <Empty title="No name yet">
          <p className="muted">
            A site brings its hosts; <code>zones</code> in the config names suffixes.
          </p>
        </Empty>
      ) : (
        <Rows rows={rows.slice(0, SHOWN_MAX)} more={Math.max(0, rows.length - SHOWN_MAX)} />
      )}
    </Section>
  );
}

/** As the schema fills them in where they are left out. */
function zonesOf(document: unknown): string[] {
  const zones = valueAt(document, ['zones']);
  return Array.isArray(zones) ? zones.filter((zone) => typeof zone === 'string') : ['test'];
}

function Rows({ rows, more }: { rows: readonly NameRow[]; more: number }) {
  return (
    <>
      <table className="sheet">
        <thead>
          <tr>
            <th>Name</th>
            <th className="wide">For</th>
            <th>Found by</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, site, foundBy }) => (
            <tr key={`${name} ${site ?? ''}`}>
              <td className="mono wrap">{name}</td>
              <td className="wide wrap">
                {site === undefined ? (
                  <span className="muted">any name in the zone</span>
                ) : (
                  <button type="button" className="text-link" onClick={() => setView({ screen: 'sites', site })}>
                    {site}
                  </button>
                )}
              </td>
              <td className="wrap muted">{foundBy}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className="muted">and {more} more, in Sites</p>}
    </>
  );
}
