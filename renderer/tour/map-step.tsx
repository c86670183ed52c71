/** Maps a dev server that runs here: a name is offered, one click maps it. */
import { useState } from 'react';
import { Button } from '../parts/button.tsx';
import { Failed, Loading } from '../parts/states.tsx';
import { applyChange } from '../store/changes.ts';
import { hostsFor } from '../store/map-changes.ts';
import { noteTourSite } from '../store/tour.ts';
import { useAnswer } from '../store/use-answer.ts';
import { setView } from '../store/view.ts';
import { titleOf, type DevServer } from '../../shared/discovery.ts';

/** The column has no room for more; the map shows all. */
const SERVERS_SHOWN = 6;

export function MapStep({ onNext }: { onNext: () => void }) {
  const { state, reload } = useAnswer('discovery.list');
  const found = state.phase === 'ready' ? (state.value.servers ?? []) : [];
  const free = found.filter(({ mappedBy }) => mappedBy === undefined).slice(0, SERVERS_SHOWN);
  const names = hostsFor(free);
  return (
    <>
      <h2 tabIndex={-1}>Map a dev server</h2>
      {state.phase === 'loading' && <Loading what="Looking for dev servers" />}
      {state.phase === 'failed' && <Failed problems={state.problems} onRetry={reload} />}
      {state.phase === 'ready' && free.length === 0 && (
        <p>None without a name runs here. Start one, as with npm run dev, then look again.</p>
      )}
      <ul>
        {free.map((server, index) => (
          <ServerCard
            key={`${server.address} ${server.port}`}
            server={server}
            offered={names[index] ?? ''}
            onMapped={onNext}
          />
        ))}
      </ul>
      <div className="tour-actions">
        <Button onClick={reload}>Look again</Button>
        <Button look="quiet" onClick={onNext}>
          Skip
        </Button>
      </div>
    </>
  );
}

interface ServerCardProps {
  server: DevServer;
  offered: string;
  onMapped: () => void;
}

function ServerCard({ server, offered, onMapped }: ServerCardProps) {
  const [name, setName] = useState(offered);
  const [error, setError] = useState<string>();
  const map = async (): Promise<void> => {
    const wanted = name.trim();
    const result = await applyChange(
      { name: 'sites.add', request: { site: { name: wanted, url: server.url } } },
      `${wanted} leads to ${server.url}.`,
    );
    const [first] = result.ok ? [] : result.problems;
    setError(first && `${first.message} ${first.fix ?? ''}`.trim());
    if (!result.ok) return;
    noteTourSite(wanted);
    setView({ screen: 'sites', site: wanted });
    onMapped();
  };
  return (
    <li className="tour-server">
      <strong>{titleOf(server)}</strong> <span className="mono muted">:{server.port}</span>
      <form
        className="tour-map"
        onSubmit={(event) => {
          event.preventDefault();
          void map();
        }}
      >
        <input
          className="mono"
          aria-label={`Host for port ${server.port}`}
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" look="accent" aria-label={`Map port ${server.port}`}>
          Map
        </Button>
      </form>
      {error !== undefined && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </li>
  );
}
