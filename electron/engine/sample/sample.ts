/** The sample of a first run: its ports, its config file, and its two servers. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { port } from '../../../shared/config.ts';
import { makeFolder } from '../make-folder.ts';
import { findFreePort } from './ports.ts';
import { sampleConfig } from './sample-config.ts';
import type { SamplePorts } from './sample-config.ts';
import { startSampleServer } from './sample-server.ts';
import type { SampleServer } from './sample-server.ts';

/** Below the ephemeral ranges, so that no outgoing connection sits there at the next start. */
const FIRST_HELLO_PORT = 4_601;
const FIRST_HTTP_PORT = 8_080;

const rememberedSchema = z.object({ http: port, hello: z.tuple([port, port]) });

/**
 * Picks free ports, remembers them in `sample.json`, and writes `mogoly.yaml` (0600) unless there is one. Rejects when
 * the home folder cannot be written.
 */
export async function prepareSample(home: string): Promise<SamplePorts> {
  await makeFolder(home);
  const http = (await findFreePort(FIRST_HTTP_PORT)) || FIRST_HTTP_PORT;
  const first = (await findFreePort(FIRST_HELLO_PORT, [http])) || FIRST_HELLO_PORT;
  const second = (await findFreePort(first + 1, [http])) || first + 1;
  const ports: SamplePorts = { http, hello: [first, second] };
  await writeWhole(join(home, 'sample.json'), `${JSON.stringify(ports)}\n`);
  await writeWhole(join(home, 'mogoly.yaml'), sampleConfig(ports));
  return ports;
}

/** The ports of the sample made in this home; undefined when none was. */
export async function readSample(home: string): Promise<SamplePorts | undefined> {
  try {
    const parsed = rememberedSchema.safeParse(JSON.parse(await readFile(join(home, 'sample.json'), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // No sample was made here, or its note is broken; either way there is nothing to serve.
    return undefined;
  }
}

/** Starts those of the two servers whose port is free; a port taken meanwhile is left to who has it. */
export async function startSampleServers({ hello }: SamplePorts): Promise<SampleServer[]> {
  const starts = await Promise.allSettled(hello.map((at, index) => startSampleServer(`hello-${index + 1}`, at)));
  return starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
}

/** A crash in the middle leaves no half-written config. */
async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  await writeFile(beside, text, { mode: 0o600 });
  await rename(beside, path);
}
