/** Every command of the contract, answered by the engine; failures leave as ProblemError. */
import { dirname, join } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import type { BackendFile, SiteFile } from '../../shared/config.ts';
import type { Result } from '../../shared/problem.ts';
import { problem, ProblemError } from '../../shared/problem.ts';
import type { Handlers, Reply, Request } from '../../shared/protocol.ts';
import type { Snapshot } from '../../shared/state.ts';

export interface HandlerOptions {
  /** Ends this process, after the answer is out; without it `daemon.quit` is refused. */
  quit?: () => void;
  /** Who makes the changes that come in here, for the history; `cli` unless told. */
  source?: string;
  /** The publisher's, so that the snapshot carries the number of the last push; the engine's own unless told. */
  snapshot?: () => Snapshot;
}

/** How long after its answer the process ends, so that the answer gets out. */
const QUIT_DELAY_MS = 20;

export function createHandlers(engine: Engine, options: HandlerOptions = {}): Handlers {
  const { source = 'cli', snapshot = engine.snapshot } = options;
  const by = ({ baseRevision }: { baseRevision?: number | undefined }) => ({ source, baseRevision });
  return {
    'status.get': () => snapshot(),
    'engine.start': async () => {
      take(await engine.start());
      return snapshot();
    },
    'engine.stop': async () => {
      await engine.stop();
      return snapshot();
    },
    'daemon.quit': () => quit(options.quit),
    'config.get': () => engine.document(),
    'config.check': async ({ text, format }) => ({ problems: await engine.check(text, format) }),
    'config.schema': () => engine.schemas(),
    'config.preview': async ({ edits, ...base }) => take(await engine.preview(edits, by(base))),
    'config.apply': async ({ text, format, ...base }) => take(await engine.apply(text, { ...by(base), format })),
    'config.edit': async ({ edits, ...base }) => take(await engine.edit(edits, by(base))),
    'config.import': (request) => previewImport(engine, request),
    'config.history': () => engine.history(),
    'config.revision': async ({ id }) => take(await engine.readRevision(id)),
    'config.rollback': async ({ id, ...base }) => take(await engine.rollback(id, by(base))),
    'sites.add': async ({ site, ...base }) => take(await engine.addSite(site as SiteFile, by(base))),
    'sites.remove': async ({ site, ...base }) => take(await engine.removeSite(site, by(base))),
    'sites.set': async ({ site, patch, ...base }) => take(await engine.setSite(site, patch, by(base))),
    'backends.add': async ({ site, backend, ...base }) =>
      take(await engine.addBackend(site, backend as BackendFile, by(base))),
    'backends.remove': async ({ site, backend, ...base }) => take(await engine.removeBackend(site, backend, by(base))),
    'backends.set': async ({ site, backend, patch, ...base }) =>
      take(await engine.setBackend(site, backend, patch, by(base))),
    'health.check': async ({ site, backend }) => checkHealth(engine, site, backend),
    'rehearse.start': (request) => take(engine.rehearsals.start(request)),
    'rehearse.stop': ({ id }) => take(engine.rehearsals.stop(id)),
    'rehearse.list': () => engine.rehearsals.list(),
    'exchanges.list': ({ limit, site }) => engine.exchanges.list(limit, site),
    'exchanges.get': async ({ id }) => take(await engine.exchanges.read(id)),
    'exchanges.explain': ({ id }) => take(engine.exchanges.explain(id)),
    'exchanges.replay': async (request) => take(await engine.exchanges.replay(request)),
    'exchanges.clear': () => {
      engine.exchanges.clear();
      return null;
    },
    'capture.get': () => engine.capture.get(),
    'capture.set': (settings) => engine.capture.set(settings),
    'log.list': ({ limit, level }) => engine.log.list(limit, level),
    explain: (request) => engine.explain(request),
    'metrics.get': () => ({ text: engine.metrics() }),
    'dns.query': async ({ name, type }) => take(await engine.dns.query(name, type)),
    'dns.queries': ({ limit }) => engine.dns.recent(limit),
    'certificates.list': () => engine.certificates.list(),
    'certificates.renewRoot': async (consent) => take(await engine.certificates.renewRoot(consent)),
    'certificates.order': async ({ host }) => take(await engine.certificates.order(host)),
    'discovery.list': async () => ({ servers: await engine.discover() }),
    ...systemHandlers(engine),
    ...serviceHandlers(engine),
  };
}

type SystemCommand =
  'trust.status' | 'trust.plan' | 'trust.apply' | `names.${string}` | `changes.${string}` | `doctor.${string}`;

/** Trust stores, the system's resolver, and what was changed there. */
function systemHandlers({ system }: Engine): Pick<Handlers, Extract<keyof Handlers, SystemCommand>> {
  const { trust, names, changes, doctor, mend } = system;
  return {
    'trust.status': async () => take(await trust.status()),
    'trust.plan': async ({ action, stores }) => take(await trust.plan(action, stores)),
    'trust.apply': async ({ action, stores }) => take(await trust.apply(action, stores)),
    'names.status': () => names.status(),
    'names.plan': async ({ action, method }) => take(await names.plan(action, method)),
    'names.apply': async ({ action, method }) => take(await names.apply(action, method)),
    'names.check': ({ name }) => names.check(name),
    'changes.list': () => changes.list(),
    'changes.undo': async ({ id }) => {
      take(await changes.undo(id));
      return changes.list();
    },
    'doctor.run': () => doctor(),
    'doctor.mend': async (wanted) => take(await mend(wanted)),
  };
}

function serviceHandlers({ services }: Engine): Pick<Handlers, Extract<keyof Handlers, `services.${string}`>> {
  return {
    'services.list': () => services.list(),
    'services.create': async ({ service }) => take(await services.create(service, service)),
    'services.start': async ({ name }) => take(await services.start(name)),
    'services.stop': async ({ name }) => take(await services.stop(name)),
    'services.restart': async ({ name }) => take(await services.restart(name)),
    'services.recreate': async ({ name }) => take(await services.recreate(name)),
    'services.delete': async ({ name, volumes }) => take(await services.delete(name, volumes)),
    'services.cancel': async ({ name }) => take(await services.cancel(name)),
    'services.logs': async ({ name, tail, cursor, wait }) =>
      take(await services.logs(name, { tail, cursor, waitMs: wait })),
    'services.inspect': async ({ name }) => take(await services.inspect(name)),
    'services.url': async ({ name }) => take(await services.url(name)),
    'services.secret': async ({ name }) => take(await services.secret(name)),
    'services.plan': async (request) => take(await services.plan(request?.name)),
  };
}

/** Read when it is first asked for: few ever come from another proxy twice. */
async function previewImport(
  engine: Engine,
  { file, text, ...options }: Request<'config.import'>,
): Promise<Reply<'config.import'>> {
  const { planImport } = await import('../engine/import-config.ts');
  const current = await engine.document();
  // Relative folders start beside the config, as they do in it; a text that is sent has no folder to include from.
  const source = { file: join(dirname(engine.configFile), file.replace(/^.*[/\\]/, '')), text };
  const plan = take(planImport(source, { ...options, includes: false, env: process.env }, current));
  const base = { source: 'import', baseRevision: current.revision };
  const preview =
    plan.edits.length === 0
      ? { before: current.text, after: current.text, problems: [] }
      : take(await engine.preview(plan.edits, base));
  return { ...plan, ...preview, revision: current.revision };
}

function take<T>(result: Result<T>): T {
  if (!result.ok) throw new ProblemError(result.problems);
  return result.value;
}

function refuse(code: string, message: string, fix: string): never {
  throw new ProblemError([problem(code, message, { fix })]);
}

function quit(end: (() => void) | undefined): { pid: number } {
  if (!end)
    refuse(
      'CONTROL_QUIT_REFUSED',
      'The Mogoly app runs the engine, and is not ended from outside.',
      'Quit it from its tray icon or its window.',
    );
  setTimeout(end, QUIT_DELAY_MS);
  return { pid: process.pid };
}

async function checkHealth(engine: Engine, site: string | undefined, backend: string | undefined) {
  if (site === undefined) {
    if (backend !== undefined) refuse('COMMAND_INVALID', 'A backend is named without its site.', 'Give "site" too.');
    return engine.checkAll();
  }
  if (!engine.getSite(site))
    refuse('SITE_UNKNOWN', `There is no site named "${site}".`, 'List them with `mogoly lb list`.');
  return backend === undefined ? engine.checkAll(site) : take(await engine.checkOne(site, backend));
}
