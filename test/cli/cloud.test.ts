/** `mogoly cloud` where there is no Docker: wrong use, clear problems, and everything else at work. */
import { describe, expect, it } from 'vitest';
import { cli, hostEngine } from '../kit/cli.ts';
import { startBackend } from '../kit/backend.ts';
import { send } from '../kit/http.ts';
import { site } from '../kit/engine.ts';
import { tempHome } from '../kit/temp-home.ts';

describe('wrong use exits with 2', () => {
  it.each([
    [['cloud']],
    [['cloud', 'create']],
    [['cloud', 'create', 'db']],
    [['cloud', 'create', 'db', '-t', 'redis', '--loud']],
    [['cloud', 'start']],
    [['cloud', 'logs', 'db', '--tail', 'many']],
    [['cloud', 'delete']],
    [['cloud', 'nonsense']],
  ])('%j', async (args) => {
    const result = await cli(tempHome(), args);
    expect(result.code).toBe(2);
    expect(result.err).not.toBe('');
  });
});

describe('without Docker', () => {
  it('services say so with what to do, and sites are served as ever', async () => {
    const backend = await startBackend();
    const { home, port } = await hostEngine({
      docker: { host: 'unix:///nowhere/docker.sock' },
      server: [site('shop.local', [{ url: backend.url }])],
      services: [{ type: 'redis', name: 'cache' }],
    });
    expect((await send(port, { headers: { host: 'shop.local' } })).status).toBe(200);
    const listed = await cli(home, ['cloud', 'list', '--json']);
    expect(listed.code).toBe(1);
    expect(JSON.parse(listed.out)).toMatchObject({
      docker: { available: false, problem: { code: 'DOCKER_UNAVAILABLE' } },
      services: [{ name: 'cache', status: 'unreachable' }],
    });
    for (const args of [
      ['start', 'cache'],
      ['create', 'db', '-t', 'mysql'],
      ['recreate', 'cache'],
      ['url', 'cache'],
    ]) {
      const typed = await cli(home, ['cloud', ...args]);
      expect(typed, args.join(' ')).toMatchObject({ code: 1, out: '' });
      expect(typed.err, args.join(' ')).toMatch(
        /Docker does not answer at unix:\/\/\/nowhere\/docker\.sock.*Start Docker/,
      );
    }
    const { code, err } = await cli(home, ['cloud', 'create', 'db', '-t', 'redis', '-e', 'novalue']);
    expect([code, err]).toEqual([2, expect.stringContaining('"novalue" is no variable.')]);
    expect((await cli(home, ['doctor'])).out).toMatch(/Docker: Docker does not answer/);
    expect((await send(port, { headers: { host: 'shop.local' } })).status).toBe(200);
  });
});
