/** From a checked config to the config of another proxy; nothing is made, bound or probed. */
import { dirname } from 'node:path';
import type { Config } from '../../shared/config.ts';
import type { Exported, ExportTarget } from '../../shared/export.ts';
import { addressesOf } from './addresses.ts';
import { compile, listMiddlewares } from './compile.ts';
import { exportConfig } from './export/export.ts';
import type { BackendLive } from './generation.ts';
import { comparePatterns } from './proxy/router.ts';

/** Of a backend that nobody will ask anything of. */
const IDLE: BackendLive = { active: 0, requests: 0, failures: 0, health: 'unknown', available: true };

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
