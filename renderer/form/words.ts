/** What keys of the config are called in a form. */

const LABELS: Record<string, string> = {
  url: 'URL',
  tls: 'TLS',
  force_tls: 'Force HTTPS',
  max_connections: 'Most requests at once',
  strip_prefix: 'Strip from the path',
  static: 'Folder',
  redirect: 'Redirect to',
  host_header: 'Host header',
  is_healthy: 'Healthy at first',
  cert: 'Certificate file',
  key: 'Key file',
  host: 'Host name',
  drain: 'Drain',
  backup: 'Backup',
  max_fails: 'Failures',
  expect: 'Expected status',
  interval_when_down: 'Interval while down',
};

/** `healthy_after` reads “Healthy after”. */
export function labelOf(key: string): string {
  const plain = key.replaceAll('_', ' ');
  return LABELS[key] ?? `${plain.charAt(0).toUpperCase()}${plain.slice(1)}`;
}

const OPTIONS: Record<string, string> = {
  round_robin: 'Round robin',
  least_connections: 'Least connections',
  random: 'Random',
  ip_hash: 'IP hash',
  local: 'Own certificate authority',
  acme: 'Public certificate (ACME)',
  off: 'Off',
  'in detail': 'Own certificate files',
  '301': '301 moved for good',
  '302': '302 found',
  '303': '303 see other',
  '307': '307 for now',
  '308': '308 for good',
};

export const optionLabel = (option: string | number): string => OPTIONS[String(option)] ?? String(option);

/** A default as it is shown in an empty field. */
export function defaultText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.join(' ');
  return typeof value === 'object' ? undefined : String(value as string | number | boolean);
}

/** The default that the help ends with, as in “How long a failure counts (10s).” */
export const defaultInHelp = (help: string | undefined): string | undefined =>
  /\((\d[\d.]*(?:ms|s|m|h)?|[a-z_]+)\)\.$/.exec(help ?? '')?.[1];
