/** Says every event of the engine in the log, one plain sentence each. */
import type { EngineEvents, EventBus, EventName } from '../events.ts';
import type { Problem } from '../../../shared/problem.ts';
import { ACME_LINES, CERTIFICATE_LINES, SYSTEM_LINES } from './certificate-lines.ts';
import type { Line, Sentences } from './line.ts';
import type { Log, LogFields } from './log.ts';
import { REHEARSAL_LINES } from './rehearsal-lines.ts';
import { SERVICE_LINES } from './service-lines.ts';

const sentences: Sentences<EventName> = {
  ...CERTIFICATE_LINES,
  ...ACME_LINES,
  ...SYSTEM_LINES,
  ...REHEARSAL_LINES,
  ...SERVICE_LINES,
  'engine.starting': () => ({ level: 'debug', message: 'Starting' }),
  'engine.started': ({ revision }) => ({
    level: 'info',
    message: `Serving revision ${revision}`,
    fields: { revision },
  }),
  'engine.stopping': () => ({ level: 'debug', message: 'Stopping; requests under way are let finish' }),
  'engine.stopped': () => ({ level: 'info', message: 'Stopped serving' }),
  'engine.startFailed': ({ problems }) => ({
    level: 'error',
    message: `The engine could not start: ${joined(problems)}`,
    fields: codes(problems),
  }),
  'doctor.examined': ({ toMend }) => ({ level: 'debug', message: `The doctor found ${toMend} to mend` }),
  'config.applied': ({ revision, source, summary }) => ({
    level: 'info',
    message: `Applied revision ${revision} from ${source}${summary ? `: ${summary}` : ''}`,
    fields: { revision, source },
  }),
  'config.refused': ({ problems, source }) => ({
    level: 'error',
    message: `Refused a config from ${source}, the running one stays: ${joined(problems)}`,
    fields: { source, ...codes(problems), ...(source === 'file' ? firstPlace(problems) : {}) },
  }),
  'backend.healthChanged': ({ site, name, url, from, to, reason }) => ({
    level: to === 'down' || to === 'degraded' ? 'warn' : 'info',
    message: `${name} of ${site} is ${to}${reason ? `: ${reason}` : ''}`,
    fields: { site, backend: name, url, from, to },
  }),
  'listener.opened': (at) => ({
    level: 'info',
    message: `Listening for ${at.kind} on ${authority(at)}`,
    fields: { ...at },
  }),
  'listener.closed': (at) => ({
    level: 'info',
    message: `No longer listening for ${at.kind} on ${authority(at)}`,
    fields: { ...at },
  }),
  'listener.failed': ({ problem, ...at }) => ({
    level: 'error',
    message: `Cannot listen for ${at.kind} on ${authority(at)}: ${problem.message}${problem.fix ? ` ${problem.fix}` : ''}`,
    fields: { ...at, code: problem.code },
  }),
  'site.hostRefused': ({ site, backend, framework, fix }) => ({
    level: 'warn',
    message: `${framework} behind ${backend} refuses the host of ${site}. ${fix}`,
    fields: { site, backend, framework },
  }),
  'middleware.degraded': ({ problems }) => ({
    level: 'debug',
    message: problems.length === 0 ? 'No middleware is degraded' : `Degraded: ${joined(problems)}`,
    fields: codes(problems),
  }),
  'log.line': ({ level, event, message, fields }) => ({ level, event, message, fields }),
};

/** Returns the call that ends the subscription. */
export function logEvents(bus: EventBus, log: Log): () => void {
  return bus.onAny((name, data) => {
    const say = sentences[name] as (data: EngineEvents[EventName]) => Line;
    const { level, event, message, fields } = say(data);
    log.write(level, event ?? name, message, fields);
  });
}

const joined = (problems: readonly Problem[]): string => problems.map((item) => item.message).join(' ');
const codes = (problems: readonly Problem[]): LogFields => ({ codes: problems.map((item) => item.code).join(' ') });
/** Where in the file to look first. */
function firstPlace(problems: readonly Problem[]): LogFields {
  const at = problems.find((item) => item.at !== undefined)?.at;
  return at === undefined ? {} : { line: at.line, column: at.column };
}
const authority = ({ address, port }: { address: string; port: number }): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
