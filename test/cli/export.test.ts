/** `mogoly export` and the environment: what its values come to is told, since they stand in the text. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { cli } from '../kit/cli.ts';
import { tempHome } from '../kit/temp-home.ts';

const CONFIG = `variables: { API: "\${env:MOGOLY_TEST_PORT}" }
server:
  - name: shop.test
    url: http://localhost:\${API}
    middlewares:
      - { name: headers, config: { request: { set: { X-Key: "\${env:MOGOLY_TEST_KEY}" } } } }
`;

afterEach(() => vi.unstubAllEnvs());

it.each([
  ['caddy', '; {$MOGOLY_TEST_PORT} in its place reads it there'],
  ['haproxy', '; "${MOGOLY_TEST_PORT}" in its place reads it there'],
  ['traefik', '; {{ env "MOGOLY_TEST_PORT" }} in its place reads it there'],
  ['nginx', ''],
])('to %s names the variable whose value is written, and how it is kept out', async (target, how) => {
  vi.stubEnv('MOGOLY_TEST_PORT', '5173');
  vi.stubEnv('MOGOLY_TEST_KEY', 'a-secret');
  const home = tempHome();
  await writeFile(join(home, 'mogoly.yaml'), CONFIG);
  const { code, out, err } = await cli(home, ['export', '--to', target]);
  expect(code).toBe(0);
  expect(out).toContain('127.0.0.1:5173');
  expect(err).toContain(
    `not the same: \${env:MOGOLY_TEST_PORT}: its value is written out, so keep the text as secret as that${how}\n`,
  );
  expect(out + err).not.toContain('a-secret');
  expect(err).not.toContain('MOGOLY_TEST_KEY');
});

it('without a file takes the config that the home has, whatever its ending', async () => {
  const home = tempHome();
  await writeFile(join(home, 'mogoly.json'), '{"server":[{"name":"shop.test","url":"http://127.0.0.1:5173"}]}');
  const { code, out } = await cli(home, ['export', '--to', 'caddy']);
  expect([code, out]).toEqual([0, expect.stringContaining('shop.test')]);
});
