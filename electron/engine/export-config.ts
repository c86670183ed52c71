/** From a checked config to the config of another proxy; nothing is made, bound or probed, and what the environment gave is named. */
import { dirname } from 'node:path';
import type { Config } from '../../shared/config.ts';
import type { Exported, ExportTarget } from '../../shared/export.ts';
import { addressesOf } from './addresses.ts';
import { compile, listMiddlewares } from './compile.ts';
import { isPlain } from './config/legacy.ts';
import { environmentOf } from './config/variables.ts';
import { exportConfig } from './export/export.ts';
import type { BackendLive } from './generation.ts';
import { comparePatterns } from './proxy/router.ts';

/** Of a backend that nobody will ask anything of. */
const IDLE: BackendLive = { active: 0, requests: 0, failures: 0, health: 'unknown', available: true };

/** How the other one refers to a variable of its environment; the rest has no way to. */
const REFERENCES: Partial<Record<ExportTarget, (name: string) => string>> = {
  caddy: (name) => `{$${name}}`,
  traefik: (name) => `{{ env "${name}" }}`,
  haproxy: (name) => `"\${${name}}"`,
};

/**
 * For what the sites take from the environment. A url is taken apart on the way, so that its value alone can be
 * written; whoever passes the file on has to know. Middlewares are not carried over.
 */
export function environmentLosses(target: ExportTarget, raw: unknown): Exported['losses'] {
  if (!isPlain(raw)) return [];
  const { variables, listen } = raw;
  const sites = raw['server'] ?? raw['servers'];
  const written = JSON.stringify([listen, sites], (key, value: unknown) => (key === 'middlewares' ? null : value));
  const reference = REFERENCES[target];
  return [...environmentOf(JSON.parse(written), variables)].map((name) => ({
    where: `\${env:${name}}`,
    what: `its value is written out, so keep the text as secret as that${reference ? `; ${reference(name)} in its place reads it there` : ''}`,
  }));
}

export async function writeExport(target: ExportTarget, config: Config, configFile: string): Promise<Exported> {
  const names = new Map(listMiddlewares(config).map(({ key, spec }) => [key, { name: spec.name }]));
  const generation = await compile(config, {
    revision: 0,
    folder: dirname(configFile),
    liveFor: () => IDLE,
    counterFor: () => ({ requests: 0 }),
    middlewareFor: (key) => names.get(key)!,
    comparePatterns,
  });
  const listeners = (['http', 'https'] as const).flatMap((kind) => addressesOf(kind, config.listen[kind]));
  return exportConfig(target, generation, listeners);
}
