/** A real engine in a temporary home, listening on a port of the kernel's choice. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine, type EngineOptions } from '../../electron/engine/index.ts';
import type { BackendFile, ConfigFile, SiteFile } from '../../shared/config.ts';
import { formatProblem } from '../../shared/problem.ts';

export interface TestEngineOptions extends Partial<EngineOptions> {
  /** Done before the start, as to register a middleware. */
  prepare?: (engine: Engine) => void;
  /** Further files in the home folder, by name. */
  files?: Record<string, string>;
}

export interface TestEngine {
  engine: Engine;
  /** Of the first http listener. */
  port: number;
  home: string;
  close: () => Promise<void>;
}

const LISTEN = { http: '127.0.0.1:0', https: 'off', dns: 'off' } as const;

/** Starts an engine on a config; a config with a problem throws it. Without `listen` it takes 127.0.0.1 and port 0. */
export async function startEngine(config: ConfigFile | string, options: TestEngineOptions = {}): Promise<TestEngine> {
  const { prepare, files, ...rest } = options;
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'mogoly-test-')));
  for (const [name, text] of Object.entries(files ?? {})) {
    await mkdir(join(home, name, '..'), { recursive: true });
    await writeFile(join(home, name), text);
  }
  await writeFile(join(home, 'mogoly.yaml'), configText(config));
  const engine = createEngine({ watch: false, ...rest, home });
  prepare?.(engine);
  const close = async (): Promise<void> => {
    await engine.close();
    await rm(home, { recursive: true, force: true });
  };
  const started = await engine.start();
  if (!started.ok) {
    await close();
    throw new Error(started.problems.map(formatProblem).join('\n'));
  }
  const port = engine.snapshot().listeners.find(({ kind }) => kind === 'http')?.port ?? 0;
  return { engine, port, home, close };
}

/** JSON is YAML too. */
export function configText(config: ConfigFile | string): string {
  if (typeof config !== 'string') return JSON.stringify({ ...config, listen: config.listen ?? LISTEN });
  return /^listen:/m.test(config) ? config : `listen: ${JSON.stringify(LISTEN)}\n${config}`;
}

/** A site that is not probed: its backends see what the test sends and nothing else. */
export function site(
  name: string,
  backends: (BackendFile | { url: string })[],
  rest: Partial<SiteFile> = {},
): SiteFile {
  return { name, balance: backends as BackendFile[], health_check: { enabled: false }, ...rest };
}
