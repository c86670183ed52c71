/** Is it on, and what is broken: the button that turns it, the state, and one line over all sites. */
import { useStore } from 'zustand';
import { Power } from 'lucide-react';
import { Button } from './button.tsx';
import { HealthShape } from './health-mark.tsx';
import { formatCount, plural } from './format.ts';
import { setRouting } from '../store/changes.ts';
import { liveStore } from '../store/live.ts';
import { setView } from '../store/view.ts';
import type { EngineStatus, HealthStatus } from '../../shared/state.ts';

const STATUS: Record<EngineStatus, { word: string; health: HealthStatus }> = {
  running: { word: 'Routing', health: 'healthy' },
  stopped: { word: 'Stopped', health: 'unknown' },
  starting: { word: 'Starting…', health: 'draining' },
  stopping: { word: 'Stopping…', health: 'draining' },
};

export function TopBar() {
  const status = useStore(liveStore, (state) => state.snapshot?.status ?? 'stopped');
  const on = status === 'running' || status === 'stopping';
  return (
    <header className="top-bar">
      <p className="top-state" role="status">
        <HealthShape health={STATUS[status].health} />
        <strong>{STATUS[status].word}</strong>
        <BrokenCount />
      </p>
      <Button
        look={on ? 'plain' : 'accent'}
        busy={status === 'starting' || status === 'stopping'}
        onClick={() => void setRouting(!on)}
      >
        <Power size={14} aria-hidden /> {on ? 'Stop routing' : 'Start routing'}
      </Button>
    </header>
  );
}

function BrokenCount() {
  const total = useStore(liveStore, (state) => state.snapshot?.sites.length ?? 0);
  const down = useStore(liveStore, (state) => countOf(state.snapshot?.sites ?? [], 'down'));
  const degraded = useStore(liveStore, (state) => countOf(state.snapshot?.sites ?? [], 'degraded'));
  const show = (): void => setView({ screen: 'sites', onlyBroken: true });
  return (
    <>
      <span className="muted">{plural(total, 'site')}</span>
      {down > 0 && (
        <button type="button" className="count-link state-down" onClick={show}>
          {formatCount(down)} down
        </button>
      )}
      {degraded > 0 && (
        <button type="button" className="count-link state-degraded" onClick={show}>
          {formatCount(degraded)} degraded
        </button>
      )}
    </>
  );
}

const countOf = (sites: readonly { health: HealthStatus; disabled: boolean }[], health: HealthStatus): number =>
  sites.reduce((sum, site) => (!site.disabled && site.health === health ? sum + 1 : sum), 0);
