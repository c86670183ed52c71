/** Opens a home for serving: which config file, and the sample of a first run with its servers. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Engine } from '../engine.ts';
import { findConfig } from '../home-config.ts';
import { prepareSample, readSample, startSampleServers } from './sample.ts';
import type { SamplePorts } from './sample-config.ts';
import type { SampleServer } from './sample-server.ts';

export interface Workspace {
  /** Absolute. */
  configFile: string;
  /** True when the sample was made by this call: the first run. */
  isNew: boolean;
  /** From now on the sample servers run only while the config in force refers to them. */
  attach: (engine: Pick<Engine, 'on' | 'document'>) => void;
  close: () => Promise<void>;
}

/** With an explicit config file no sample is made or served. Rejects when the home folder cannot be written. */
export async function openWorkspace(home: string, configFile?: string): Promise<Workspace> {
  if (configFile !== undefined)
    return { configFile: resolve(configFile), isNew: false, attach: () => undefined, close: () => Promise.resolve() };
  const found = await findConfig(home);
  if (found === undefined) await prepareSample(home);
  const file = found ?? join(home, 'mogoly.yaml');
  const ports = await readSample(home);
  if (!ports) return { configFile: file, isNew: false, attach: () => undefined, close: () => Promise.resolve() };
  const servers = createServers(ports);
  await servers.follow(await readFile(file, 'utf8').catch(() => '')); // unreadable: the engine says so
  let detach: (() => void) | undefined;
  return {
    configFile: file,
    isNew: found === undefined,
    attach(engine) {
      detach?.();
      detach = engine.on('config.applied', () => void engine.document().then(({ text }) => servers.follow(text)));
    },
    async close() {
      detach?.();
      await servers.follow('');
    },
  };
}

interface Servers {
  /** Runs the servers while the text of the config refers to one of them. */
  follow: (config: string) => Promise<void>;
}

/** One change at a time: a start under way is finished before it is undone. */
function createServers(ports: SamplePorts): Servers {
  let running: SampleServer[] = [];
  let last: Promise<void> = Promise.resolve();
  const change = async (isWanted: boolean): Promise<void> => {
    if (isWanted === running.length > 0) return;
    if (isWanted) running = await startSampleServers(ports);
    else await Promise.all(running.splice(0).map((server) => server.close()));
  };
  return {
    follow(config) {
      last = last.then(() => change(refersTo(config, ports)));
      return last;
    },
  };
}

const refersTo = (config: string, { hello }: SamplePorts): boolean =>
  hello.some((port) => config.includes(`127.0.0.1:${port}`) || config.includes(`localhost:${port}`));
