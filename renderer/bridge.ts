/** The only file that touches window.api; everything else sees these typed calls. */
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
  onPush: Api['onPush'];
  /** What a menu, the tray or a notification wants shown; returns the call that ends it. */
  onAsk: Api['app']['onAsk'];
  /** A command of the app around the window. */
  callApp: Api['app']['call'];
}

export const bridge: Bridge = {
  call: (name, request) => window.api.call(name, request),
  onPush: (listener) => window.api.onPush(listener),
  onAsk: (listener) => window.api.app.onAsk(listener),
  callApp: (name, request) => window.api.app.call(name, request),
};
