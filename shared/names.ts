/** The names of all commands and pushes, apart from their schemas: the preload carries these and nothing else. */

/** Commands of the engine; protocol.ts says what each takes and gives. */
export const COMMAND_NAMES = [
  'status.get',
  'engine.start',
  'engine.stop',
  'daemon.quit',
  'config.get',
  'config.check',
  'config.schema',
  'config.preview',
  'config.apply',
  'config.edit',
  'config.import',
  'config.history',
  'config.revision',
  'config.rollback',
  'sites.add',
  'sites.remove',
  'sites.set',
  'backends.add',
  'backends.remove',
  'backends.set',
  'health.check',
  'rehearse.start',
  'rehearse.stop',
  'rehearse.list',
  'exchanges.list',
  'exchanges.get',
  'exchanges.explain',
  'exchanges.replay',
  'exchanges.clear',
  'capture.get',
  'capture.set',
  'log.list',
  'explain',
  'metrics.get',
  'dns.query',
  'dns.queries',
  'certificates.list',
  'certificates.renewRoot',
  'certificates.order',
  'trust.status',
  'trust.plan',
  'trust.apply',
  'names.status',
  'names.plan',
  'names.apply',
  'names.check',
  'changes.list',
  'changes.undo',
  'doctor.run',
  'discovery.list',
  'doctor.mend',
  'services.list',
  'services.create',
  'services.start',
  'services.stop',
  'services.restart',
  'services.recreate',
  'services.delete',
  'services.cancel',
  'services.logs',
  'services.inspect',
  'services.url',
  'services.secret',
  'services.plan',
] as const;

/** What the engine tells without being asked. */
export const PUSH_NAMES = [
  'engine.statusChanged',
  'state.replaced',
  'health.changed',
  'rehearsals.changed',
  'traffic.sampled',
  'exchanges.recorded',
  'log.written',
  'config.refused',
  'services.changed',
] as const;

/** Commands of the app around the window; window-api.ts says what each takes and gives. */
export const APP_COMMAND_NAMES = [
  'app.info',
  'app.openUrl',
  'app.copyText',
  'app.saveText',
  'app.revealFile',
  'app.getSettings',
  'app.setSettings',
  'app.getUpdate',
  'app.update',
  'app.quit',
  'window.getTheme',
  'window.setTheme',
  'window.setUnsaved',
] as const;

/** The IPC channels there are: `invoke(CALL_CHANNEL, name, request)` resolves to an Answer … */
export const CALL_CHANNEL = 'mogoly:call';
/** … and this one carries `Push[]`, oldest first, to the window. */
export const PUSH_CHANNEL = 'mogoly:push';
/** And this one an `Ask`: what a menu, the tray or a notification wants shown. */
export const ASK_CHANNEL = 'mogoly:ask';

export type CommandName = (typeof COMMAND_NAMES)[number];
export type PushName = (typeof PUSH_NAMES)[number];
export type AppCommandName = (typeof APP_COMMAND_NAMES)[number];

const includes = <T extends string>(names: readonly T[], name: string): name is T =>
  (names as readonly string[]).includes(name);

export const isCommand = (name: string): name is CommandName => includes(COMMAND_NAMES, name);
export const isPush = (name: string): name is PushName => includes(PUSH_NAMES, name);
export const isAppCommand = (name: string): name is AppCommandName => includes(APP_COMMAND_NAMES, name);
