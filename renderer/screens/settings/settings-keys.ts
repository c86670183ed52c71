/** The global keys of the config that Settings shows, with the schema's own words as help. */
import { acmeSchema } from '../../../shared/acme-config.ts';
import { configSchema } from '../../../shared/config.ts';
import type { KeySpec } from './config-field.tsx';

const { shape } = configSchema;
export const DEFAULT_LOG = shape.log_output.parse(undefined);
const LISTEN = 'A port, an address with a port, or off. A port alone is this machine only.';

export const LISTEN_KEYS: readonly KeySpec[] = [
  { path: ['listen', 'http'], label: 'HTTP', kind: 'number', placeholder: '80, else 8080', help: LISTEN },
  { path: ['listen', 'https'], label: 'HTTPS', kind: 'number', placeholder: '443, else 8443' },
  { path: ['listen', 'dns'], label: 'DNS', kind: 'number', placeholder: '53, else 5354' },
];

export const NAME_KEYS: readonly KeySpec[] = [
  { path: ['zones'], label: 'Zones', kind: 'list', placeholder: 'test', help: shape.zones.description },
  {
    path: ['dns', 'forward'],
    label: 'Other names go to',
    kind: 'text',
    placeholder: 'system',
    help: 'system, or resolvers as a list in the config.',
  },
  { path: ['dns', 'ttl'], label: 'Seconds an answer is kept', kind: 'number', placeholder: '5' },
  { path: ['acme', 'email'], label: 'ACME email', kind: 'text', placeholder: 'me@example.com' },
  {
    path: ['acme', 'directory'],
    label: 'ACME directory',
    kind: 'text',
    placeholder: 'letsencrypt',
    help: acmeSchema.shape.directory.description,
  },
];

export const ENGINE_KEYS: readonly KeySpec[] = [
  {
    path: ['health_check_interval'],
    label: 'Between health checks',
    kind: 'number',
    placeholder: '30s',
  },
  {
    path: ['trusted_proxies'],
    label: 'Trusted proxies',
    kind: 'list',
    placeholder: 'none',
    help: shape.trusted_proxies.description,
  },
  {
    path: ['log_output'],
    label: 'Log file',
    kind: 'text',
    placeholder: 'logs/mogoly.log',
    help: shape.log_output.description,
  },
];
