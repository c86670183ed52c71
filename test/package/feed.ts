/** A feed of updates on this machine: a folder on a web server, with the list that electron-builder would write. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const FEED = '/srv/feed';
/** Later than any of ours. */
export const NEXT = '9.9.9';

export interface Feed {
  url: string;
  /** Names of files, in the order they were asked for. */
  asked: string[];
  close: () => void;
}

export async function startFeed(): Promise<Feed> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://feed').pathname.slice(1);
    asked.push(name);
    createReadStream(`${FEED}/${name}`)
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, asked, close: () => void server.close() };
}

/** Names the file of that folder as the newest. @returns its SHA-512, in base64 */
export async function writeList(file: string): Promise<string> {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(`${FEED}/${file}`)) hash.update(chunk as Buffer);
  const [sha512, { size }] = [hash.digest('base64'), await stat(`${FEED}/${file}`)];
  const list = { version: NEXT, files: [{ url: file, sha512, size }], path: file, sha512, releaseDate: '2026-01-01' };
  await writeFile(`${FEED}/latest-linux.yml`, JSON.stringify(list));
  return sha512;
}
