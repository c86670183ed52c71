/** The only file that touches window.api; everything else sees these typed calls. */
import { isPush } from '../shared/names.ts';
import type { Push } from '../shared/protocol.ts';
import type { Api } from '../shared/window-api.ts';

declare global {
  interface Window {
    /** Made by preload. */
    readonly api: Api;
  }
}

export interface Bridge {
  /** A command of the engine. Never rejects: bad news is an answer with problems. */
  call: Api['call'];
  /** Each push in order; returns the call that ends it. */
  onPush: (listener: (push: Push) => void) => () => void;
  /** What a menu, the tray or a notification wants shown; returns the call that ends it. */
  onAsk: Api['app']['onAsk'];
  /** A command of the app around the window. */
  callApp: Api['app']['call'];
}

export const bridge: Bridge = {
  call: (name, request) => window.api.call(name, request),
  onPush: listen,
  onAsk: (listener) => window.api.app.onAsk(listener),
  callApp: (name, request) => window.api.app.call(name, request),
};

const listeners = new Set<(push: Push) => void>();
let isListening = false;

/** However many listen here, each batch crosses into the page and is read once. */
function listen(listener: (push: Push) => void): () => void {
  listeners.add(listener);
  if (!isListening) window.api.onPush(tellAll);
  isListening = true;
  return () => void listeners.delete(listener);
}

function tellAll(pushes: string): void {
  for (const push of JSON.parse(pushes) as Push[])
    if (isPush(push.name)) for (const listener of listeners) listener(push);
}
