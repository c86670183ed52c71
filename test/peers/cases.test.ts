/** The same cases on us, Caddy, nginx and HAProxy: what each makes of them is as the table says. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingProgram } from '../kit/dns-peers.ts';
import { expectedOf, PROXIES, type Case, type Proxy } from './cases/case.ts';
import { setStage, type Stage } from './cases/stage.ts';
import { OUTCOMES, TABLE } from './cases/table.ts';

const PACKAGES = { caddy: 'caddy', nginx: 'nginx-light', haproxy: 'haproxy' } as const;

let stage: Stage;
beforeAll(async () => {
  const missing = Object.entries(PACKAGES).map(([program, debianPackage]) => missingProgram(program, debianPackage));
  expect(missing.filter((text) => text !== undefined)).toEqual([]);
  stage = await setStage(['caddy', 'nginx', 'haproxy']);
});
afterAll(() => stage?.close());

function play(row: Case, proxy: Proxy): Promise<string> {
  proxy.backend.forget();
  return row.run(proxy);
}

it('every case has its row, and where a peer differs the row says why', () => {
  const names = (areas: [string, string[]][]): Record<string, string[]> => Object.fromEntries(areas);
  expect(names(TABLE.map(({ title, cases }) => [title, cases.map(({ what }) => what)]))).toEqual(
    names(Object.entries(OUTCOMES).map(([title, rows]) => [title, Object.keys(rows)])),
  );
  const rows = Object.values(OUTCOMES).flatMap((area) => Object.entries(area));
  const differ = rows.filter(([, row]) => PROXIES.some((name) => expectedOf(row, name) !== row.ours));
  expect(differ.filter(([, { why }]) => !why?.endsWith('.'))).toEqual([]);
});

describe.each(TABLE)('$title', ({ title, cases }) => {
  it.each(cases)('$what', async (row) => {
    const said = OUTCOMES[title]![row.what]!;
    const came = await Promise.all(stage.proxies.map((proxy) => play(row, proxy)));
    expect(Object.fromEntries(stage.proxies.map(({ name }, i) => [name, came[i]]))).toEqual(
      Object.fromEntries(PROXIES.map((name) => [name, expectedOf(said, name)])),
    );
  });
});
