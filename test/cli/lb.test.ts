/** `lb` and `map` where there is little to do, or nothing left. */
import { describe, expect, it } from 'vitest';
import { cli, hostEngine } from '../kit/cli.ts';
import { site } from '../kit/engine.ts';

const one = { server: [site('shop.local', [{ name: 'web-1', url: 'http://127.0.0.1:9' }])] };

describe('a change by name', () => {
  it('lb delete takes a site away', async () => {
    const { home, engine } = await hostEngine(one);
    const { code, out } = await cli(home, ['lb', 'delete', 'shop.local']);
    expect([code, out]).toEqual([0, 'Deleted shop.local: revision 2\n']);
    expect(engine.sites()).toEqual([]);
    expect((await cli(home, ['status'])).out).toContain('No site yet. Lead a name to a dev server: mogoly map');
    expect((await cli(home, ['lb', 'delete', 'shop.local'])).err).toContain('SITE_UNKNOWN');
  });

  it('a domain that is there already is answered as a new one', async () => {
    const { home } = await hostEngine(one);
    for (const revision of [2, 2])
      expect(JSON.parse((await cli(home, ['domain', 'add', 'dev', '--json'])).out)).toEqual({ revision, warnings: [] });
  });

  it('what is so already makes no revision, and what is refused names no line of the file', async () => {
    const { home } = await hostEngine(one);
    await cli(home, ['map', 'new.local', '5173']);
    expect((await cli(home, ['map', 'new.local', '5173'])).code).toBe(0);
    expect((await cli(home, ['lb', 'start', 'new.local'])).out).toBe('Started new.local: revision 2\n');
    const refused = await cli(home, ['map', 'http://new.local', '5173']);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/^error: "http:\/\/new\.local" is not a host/),
    ]);
  });

  it('a stopped site has nothing to probe', async () => {
    const { home } = await hostEngine(one);
    await cli(home, ['lb', 'stop', 'shop.local']);
    expect(await cli(home, ['lb', 'health', 'shop.local'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('mogoly lb start SITE') as string,
    });
  });
});
