/** Rehearse: kill, slow or fail this backend for a while, see how long it lasts, and end it. */
import { useState } from 'react';
import { useStore } from 'zustand';
import { Timer } from 'lucide-react';
import { Button } from '../../parts/button.tsx';
import { liveStore } from '../../store/live.ts';
import { REHEARSAL_WORDS, startRehearsal, stopRehearsal, timeLeft } from '../../store/rehearse.ts';
import { useNow } from '../../parts/use-now.ts';
import type { Rehearsal, RehearsalKind } from '../../../shared/rehearsal.ts';
import type { BackendState, SiteState } from '../../../shared/state.ts';

interface Props {
  site: SiteState;
  backend: BackendState;
}

export function RehearsePart(props: Props) {
  const running = useStore(liveStore, ({ snapshot }) =>
    snapshot?.rehearsals.find(({ backend }) => backend === props.backend.id),
  );
  return (
    <section className="rehearse" aria-label="Rehearse">
      <h3>Rehearse</h3>
      {running ? <Running rehearsal={running} /> : <Choose {...props} />}
    </section>
  );
}

function Running({ rehearsal }: { rehearsal: Rehearsal }) {
  const now = useNow();
  const detail =
    rehearsal.kind === 'slow'
      ? ` by ${(rehearsal.delayMs ?? 0) / 1_000} s`
      : rehearsal.kind === 'fail'
        ? ` (${rehearsal.status ?? 503})`
        : '';
  return (
    <>
      <p className="rehearse-left">
        <Timer size={16} aria-hidden />
        <span className="num" role="timer" aria-label="Time left">
          {timeLeft(rehearsal, now)}
        </span>
      </p>
      <p>
        It {REHEARSAL_WORDS[rehearsal.kind]}
        {detail}, for requests and for checks. Then it ends by itself.
      </p>
      <Button onClick={() => void stopRehearsal(rehearsal.id)}>Stop rehearsing</Button>
    </>
  );
}

const KINDS: readonly { kind: RehearsalKind; label: string; says: string }[] = [
  { kind: 'kill', label: 'Kill', says: 'Every connection is refused, as if its process had died.' },
  { kind: 'slow', label: 'Slow', says: 'Every answer comes 2 seconds late.' },
  { kind: 'fail', label: 'Fail', says: 'Every answer is 503 Service Unavailable.' },
];
const DURATIONS = [
  [10_000, '10 seconds'],
  [30_000, '30 seconds'],
  [120_000, '2 minutes'],
  [600_000, '10 minutes'],
] as const;

function Choose({ site, backend }: Props) {
  const [durationMs, setDuration] = useState(30_000);
  const canRehearse = !backend.disabled && !site.disabled;
  return (
    <>
      <p className="muted">Make it fail, and see what the others do. The config stays as it is.</p>
      <div className="rehearse-kinds">
        {KINDS.map(({ kind, label, says }) => (
          <Button
            key={kind}
            disabled={!canRehearse}
            title={says}
            aria-label={`${label} ${backend.name}. ${says}`}
            onClick={() => void startRehearsal(site, backend, { kind, durationMs, delayMs: 2_000, status: 503 })}
          >
            {label}
          </Button>
        ))}
        <label className="inline-field">
          for
          <select value={durationMs} onChange={(event) => setDuration(Number(event.target.value))}>
            {DURATIONS.map(([ms, words]) => (
              <option key={ms} value={ms}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </div>
      {!canRehearse && <p className="muted">It takes no requests: enable it first.</p>}
    </>
  );
}
