/** The contract between the window and the app around it: `window.api`, and the commands only the app can answer. */
import { z } from 'zod';
import type { Ask } from './actions.ts';
import type { AppCommandName } from './names.ts';
import type { Answer, CommandName, Request } from './protocol.ts';
import type { Problem } from './problem.ts';
import { UPDATE_STEPS } from './update.ts';
import type { UpdateState } from './update.ts';

/** A long config copied whole; more is not text for a clipboard. */
const COPY_LIMIT = 4_000_000;
/** A day of exchanges with their bodies; what is larger is not built as one text in a window. */
const SAVE_LIMIT = 256_000_000;
/** File systems take 255 bytes. */
const FILE_NAME_LIMIT = 120;
/** Longer than any address of a site; browsers refuse more. */
const URL_LIMIT = 8_192;

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const none = z.strictObject({}).optional();

/** What each app command takes. */
export const appRequestSchemas = {
  'app.info': none,
  /** Opens a browser; only for http and https addresses of own sites (`URL_NOT_OWN`). */
  'app.openUrl': z.strictObject({ url: z.string().min(1).max(URL_LIMIT) }),
  'app.copyText': z.strictObject({ text: z.string().max(COPY_LIMIT) }),
  /** Asks where by the system's own dialog. Problem: FILE_UNWRITABLE. */
  'app.saveText': z.strictObject({
    suggestedName: z
      .string()
      .max(FILE_NAME_LIMIT)
      .regex(/^[\w][\w .-]*$/, 'a plain file name'),
    text: z.string().max(SAVE_LIMIT),
  }),
  /** Shows it in the file manager. */
  'app.revealFile': z.strictObject({ file: z.enum(['config', 'log', 'home']) }),
  'app.getSettings': none,
  /** Autostart is written outside the home folder, where the answer says. */
  'app.setSettings': z.strictObject({ notifications: z.boolean().optional(), autostart: z.boolean().optional() }),
  'app.getUpdate': none,
  /** Answers at once; what comes of it is in `app.getUpdate`. */
  'app.update': z.strictObject({ step: z.enum(UPDATE_STEPS) }),
  'app.quit': none,
  'window.getTheme': none,
  /** Kept in the home folder. */
  'window.setTheme': z.strictObject({ theme: z.enum(THEMES) }),
  /** Typed and not applied: quitting asks first. */
  'window.setUnsaved': z.strictObject({ unsaved: z.boolean() }),
} as const satisfies Record<AppCommandName, z.ZodType>;

export interface AppInfo {
  /** As in `process.platform`: linux, darwin, win32. */
  platform: string;
  version: string;
  isPackaged: boolean;
}

export interface AppSettings {
  /** When a site goes down or comes back. */
  notifications: boolean;
  autostart: { isOn: boolean; place: string };
  /** Addresses of this machine that others reach. */
  lan: string[];
}

interface AppReplies {
  'app.info': AppInfo;
  'app.openUrl': null;
  'app.copyText': null;
  /** Where it was written; null when the person changed their mind. */
  'app.saveText': { file: string | null };
  'app.revealFile': null;
  'app.getSettings': AppSettings;
  'app.setSettings': AppSettings;
  'app.getUpdate': UpdateState;
  'app.update': UpdateState;
  'app.quit': null;
  'window.getTheme': { theme: Theme };
  'window.setTheme': { theme: Theme };
  'window.setUnsaved': null;
}

export type { AppCommandName } from './names.ts';
export type AppRequest<K extends AppCommandName> = z.input<(typeof appRequestSchemas)[K]>;
export type AppParsedRequest<K extends AppCommandName> = z.output<(typeof appRequestSchemas)[K]>;
export type AppReply<K extends AppCommandName> = AppReplies[K];
export type AppAnswer<K extends AppCommandName> = { ok: true; value: AppReply<K> } | { ok: false; problems: Problem[] };
export type AppHandlers = {
  [K in AppCommandName]: (request: AppParsedRequest<K>) => Promise<AppReply<K>> | AppReply<K>;
};

/** `window.api`, as preload makes it. A call never rejects: bad news is an answer with problems. */
export interface Api {
  /** A command of the engine. */
  call: <K extends CommandName>(name: K, request?: Request<K>) => Promise<Answer<K>>;
  /** JSON of a `Push[]`, the pushes in order; returns the call that ends it. */
  onPush: (listener: (pushes: string) => void) => () => void;
  app: {
    info: () => Promise<AppAnswer<'app.info'>>;
    /** What a menu, the tray or a notification wants shown; returns the call that ends it. */
    onAsk: (listener: (ask: Ask) => void) => () => void;
    /** A command of the app around the window. */
    call: <K extends AppCommandName>(name: K, request?: AppRequest<K>) => Promise<AppAnswer<K>>;
  };
}
