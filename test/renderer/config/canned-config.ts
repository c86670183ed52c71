/** A config, its history and the engine's own schemas, as the bridge would answer them. */
import { describeConfig } from '../../../electron/engine/config/describe.ts';
import { createMiddlewareRegistry } from '../../../electron/engine/middleware/index.ts';
import { busySnapshot } from '../canned.ts';
import type { Canned } from '../harness.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { ConfigDocument } from '../../../shared/protocol.ts';
import type { Revision } from '../../../shared/state.ts';

export const TEXT = `# dev servers of the shop
listen:
  http: 8080
  https: "off"
zones: [test]
server:
  - name: shop.localhost
    hosts: [shop.localhost, "*.shop.localhost"]
    strategy: round_robin # weights count
    balance:
      - { name: web-1, url: http://localhost:5173, weight: 2 }
      - { name: web-2, url: http://localhost:5174 }
    health_check: { path: /healthz, interval: 10s }
    routes:
      - path: /api/*
        strip_prefix: /api
        url: http://localhost:3000
        middlewares:
          - name: ratelimit
            config: { request_per_minute: 100, limit_window: 60s }
      - { path: /assets/*, static: ./dist }
    force_tls: false
  - name: docs.localhost
    url: http://localhost:4000
`;

export const OLDER = TEXT.replace('    force_tls: false\n', '').replace(', weight: 2', '').replace('8080', '8000');

const HOUR_MS = 3_600_000;
const AT = 1_790_000_000_000;

export const REVISIONS: Revision[] = [
  { id: 3, at: AT, source: 'window', summary: '~ shop.localhost', current: true },
  { id: 2, at: AT - HOUR_MS, source: 'file', summary: '+ docs.localhost, ~ shop.localhost', current: false },
  { id: 1, at: AT - 30 * HOUR_MS, source: 'sample', summary: '+ demo.localhost', current: false },
];

export const TYPO: Problem[] = [
  {
    code: 'CONFIG_WRONG_TYPE',
    severity: 'error',
    message: '"round_robbin" is not a strategy.',
    fix: 'Did you mean "round_robin"?',
    path: ['server', 0, 'strategy'],
    at: { line: 9, column: 15 },
  },
  {
    code: 'CONFIG_UNKNOWN_KEY',
    severity: 'warning',
    message: 'The key "force_tsl" is not known here.',
    fix: 'Did you mean "force_tls"?',
    path: ['server', 0, 'force_tsl'],
    at: { line: 22, column: 5 },
  },
];

export function makeDocument(rest: Partial<ConfigDocument> = {}): ConfigDocument {
  const file = '/home/dev/.config/mogoly/mogoly.yaml';
  return { file, format: 'yaml', text: TEXT, revision: 3, value: {}, problems: [], ...rest };
}

const ok = (value: unknown): unknown => ({ ok: true, value });

/** @param rest answers by command name, in the place of the canned ones */
export function cannedConfig(rest: Record<string, unknown> = {}): Canned {
  return {
    snapshot: busySnapshot(),
    answers: {
      'config.get': ok(makeDocument()),
      'config.check': ok({ problems: [] }),
      'config.schema': ok(describeConfig(createMiddlewareRegistry().docs())),
      'config.history': ok(REVISIONS),
      'config.revision': ok({ id: 2, text: OLDER, format: 'yaml' }),
      ...rest,
    },
  };
}
