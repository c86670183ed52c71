/** How the states and figures of services are told: shape, word, sizes, spans of time. Pure. */
import type { CatalogueEntry, ServiceState, ServiceStatus } from '../../shared/service.ts';
import type { HealthStatus } from '../../shared/state.ts';

export const SERVICE_WORDS: Record<ServiceStatus, { shape: HealthStatus; word: string }> = {
  ready: { shape: 'healthy', word: 'Ready' },
  unready: { shape: 'degraded', word: 'Not answering' },
  failed: { shape: 'down', word: 'Failed' },
  unreachable: { shape: 'unknown', word: 'Out of reach' },
  stopped: { shape: 'unknown', word: 'Stopped' },
  absent: { shape: 'unknown', word: 'Not made yet' },
  pulling: { shape: 'draining', word: 'Pulling' },
  creating: { shape: 'draining', word: 'Making' },
  starting: { shape: 'draining', word: 'Starting' },
  stopping: { shape: 'draining', word: 'Stopping' },
  removing: { shape: 'draining', word: 'Removing' },
};

/** `Pulling 34 %`. */
export function wordOf({ status, pull }: Pick<ServiceState, 'status' | 'pull'>): string {
  const { word } = SERVICE_WORDS[status];
  return status === 'pulling' && pull !== undefined ? `${word} ${Math.floor(pull.percent)} %` : word;
}

/** `PostgreSQL 17`; a custom image, or one in place of the usual, by its own name. */
export function kindText(
  { type, image }: Pick<ServiceState, 'type' | 'image'>,
  catalogue: readonly CatalogueEntry[],
): string {
  const entry = catalogue.find((each) => each.type === type);
  const { repository, tag } = splitImage(image);
  if (entry === undefined || type === 'custom' || repository !== entry.image) return image;
  return tag === undefined ? entry.title : `${entry.title} ${tag}`;
}

/** `registry.test:5000/postgres:17` → `registry.test:5000/postgres` and `17`. */
export function splitImage(image: string): { repository: string; tag: string | undefined } {
  const colon = image.lastIndexOf(':');
  if (colon === -1 || image.includes('/', colon)) return { repository: image, tag: undefined };
  return { repository: image.slice(0, colon), tag: image.slice(colon + 1) };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `40 s`, `12 min`, `2 h 10 min`, `3 d 4 h`. */
export function spanText(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / 1_000))} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) return pair(Math.floor(ms / HOUR_MS), 'h', Math.floor((ms % HOUR_MS) / MINUTE_MS), 'min');
  return pair(Math.floor(ms / DAY_MS), 'd', Math.floor((ms % DAY_MS) / HOUR_MS), 'h');
}

const pair = (large: number, unit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;

/** `0.4 %`; from ten on whole. */
export const percentText = (percent: number): string => `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;

const DOTS = '••••••••';

/** A connection string without its password, with dots where that would stand. */
export function maskUrl(url: string, type: ServiceState['type']): string {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^@/]*@)?(.*)$/s.exec(url);
  if (match === null || type === 'custom') return url;
  const [, scheme = '', login = '', rest = ''] = match;
  return `${scheme}${login.replace(/@$/, '')}:${DOTS}@${rest}`;
}

/** Lines for clients hold the connection string as it is, or a part of it. */
export const maskLine = (line: string, url: string, type: ServiceState['type']): string =>
  line.replaceAll(url, () => maskUrl(url, type));

/** `app-db.local:5432`. */
export const domainText = ({ name, port }: NonNullable<ServiceState['domain']>): string =>
  port === undefined ? name : `${name}:${port}`;
