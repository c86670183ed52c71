/** What is generated from the sources is as the sources are, and no error leaves its reader without a remedy. */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readSource } from './kit/source-tree.ts';

const { errorDocument, FILE } = (await import(new URL('../build/error-codes.mjs', import.meta.url).href)) as {
  errorDocument: () => Promise<string>;
  FILE: string;
};

it('docs/errors.md is what `node build/error-codes.mjs` writes', async () => {
  expect(readSource(FILE)).toBe(await errorDocument());
});

it('every code has a remedy', () => {
  const rows = readSource(FILE)
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(200);
  expect(rows.filter((line) => /\|\s*\|$/.test(line))).toEqual([]);
});

const peers = (await import(new URL('../build/peer-cases.mjs', import.meta.url).href)) as {
  peersDocument: () => Promise<string>;
  FILE: string;
};

it('docs/peers.md is what `node build/peer-cases.mjs` writes', async () => {
  expect(readSource(peers.FILE)).toBe(await peers.peersDocument());
});

const quality = (await import(new URL('../build/quality.mjs', import.meta.url).href)) as {
  qualityDocument: () => Promise<string>;
  FILE: string;
};

it('docs/quality.md is what `node build/quality.mjs` writes, and every test it names is there', async () => {
  expect(readSource(quality.FILE)).toBe(await quality.qualityDocument());
  const named = [...readSource(quality.FILE).matchAll(/\]\(\.\.\/(test\/[^)]+)\)/g)].map(([, file]) => file!);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(new URL(`../${file}`, import.meta.url)))).toEqual([]);
});
