/** Tells when what the tray and the menus show may have changed. */
import type { Engine } from '../engine/engine.ts';
import type { EventName } from '../engine/events.ts';

/** An apply fires a burst of events; the tray is drawn once after it. */
const SETTLE_MS = 100;

const SILENT: ReadonlySet<EventName> = new Set<EventName>(['log.line', 'site.hostRefused']);

/** Calls `refresh` now and after each change; returns the call that ends it. */
export function onStateChange(engine: Engine, refresh: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const run = (): void => {
    timer = undefined;
    refresh();
  };
  const off = engine.onAny((name) => {
    if (!SILENT.has(name)) timer ??= setTimeout(run, SETTLE_MS);
  });
  refresh();
  return () => {
    clearTimeout(timer);
    off();
  };
}
