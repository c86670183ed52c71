/** Rehearsals by the contract and on the command line: where they are told to every window, and what is refused. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { dispatch } from '../../electron/control/dispatch.ts';
import { createHandlers } from '../../electron/control/handlers.ts';
import { createPublisher } from '../../electron/control/publisher.ts';
import type { Push } from '../../shared/protocol.ts';
import type { Rehearsal } from '../../shared/rehearsal.ts';
import { startBackend } from '../kit/backend.ts';
import { cli, hostEngine } from '../kit/cli.ts';
import { site } from '../kit/engine.ts';
import { send } from '../kit/http.ts';

async function host() {
  const backend = await startBackend();
  onTestFinished(() => backend.kill());
  const { url } = backend;
  const sites = [site('shop.local', [{ name: 'web', url }]), site('docs.local', [{ name: 'web', url }])];
  return hostEngine({ server: [...sites, site('only.local', [{ name: 'only', url }])] });
}

describe('the command', () => {
  it('takes its defaults, and every window hears of the start and the end', async () => {
    const { engine } = await host();
    const pushes: Push[] = [];
    const publisher = createPublisher(engine);
    onTestFinished(() => publisher.close());
    publisher.subscribe((push) => pushes.push(push));
    const handlers = createHandlers(engine);
    const before = Date.now();
    const begun = await dispatch(handlers, 'rehearse.start', { site: 'shop.local', backend: 'web', kind: 'slow' });
    expect(begun).toMatchObject({ ok: true, value: { site: 'shop.local', name: 'web', kind: 'slow', delayMs: 2_000 } });
    const { value: rehearsal } = begun as { value: Rehearsal };
    expect(rehearsal.endsAt - rehearsal.startedAt).toBe(30_000);
    expect(rehearsal.startedAt).toBeGreaterThanOrEqual(before);
    expect(publisher.snapshot().rehearsals).toEqual([rehearsal]);
    expect(await dispatch(handlers, 'rehearse.list', undefined)).toEqual({ ok: true, value: [rehearsal] });
    expect(await dispatch(handlers, 'rehearse.stop', { id: rehearsal.id })).toEqual({ ok: true, value: [rehearsal] });
    const told = pushes.filter(({ name }) => name === 'rehearsals.changed').map(({ data }) => data);
    expect(told).toEqual([[rehearsal], []]);
    expect(publisher.snapshot().seq).toBe(pushes.at(-1)?.seq);
  });

  it.each([
    [{ kind: 'explode' }, 'kind'],
    [{ durationMs: 600_001 }, 'durationMs'],
    [{ durationMs: 999 }, 'durationMs'],
    [{ durationMs: '30s' }, 'durationMs'],
    [{ delayMs: 60_001 }, 'delayMs'],
    [{ delayMs: -1 }, 'delayMs'],
    [{ status: 200 }, 'status'],
    [{ status: 600 }, 'status'],
    [{ backend: '' }, 'backend'],
    [{ site: 7 }, 'site'],
  ])('refuses %j and says where', async (wrong, path) => {
    const { engine } = await host();
    const body = { site: 'shop.local', backend: 'web', kind: 'kill', ...wrong };
    const answer = await dispatch(createHandlers(engine), 'rehearse.start', body);
    expect(answer).toMatchObject({ ok: false, problems: [{ code: 'COMMAND_INVALID', path: [path] }] });
    expect(engine.rehearsals.list()).toEqual([]);
  });
});

describe('mogoly rehearse', () => {
  it('begins by the name alone, is listed, and ends', async () => {
    const { home, port } = await host();
    const begun = await cli(home, ['rehearse', 'only', '--kind', 'fail', '--status', '507', '--for', '2m']);
    expect(begun).toMatchObject({ code: 0, err: '' });
    expect(begun.out).toMatch(/^only of only\.local: answers errors until \d\d:\d\d:\d\d\./);
    expect((await send(port, { host: 'only.local' })).status).toBe(507);
    expect((await cli(home, ['rehearse', 'list'])).out).toMatch(/1 +only\.local +only +fail/);
    expect((await cli(home, ['rehearse', 'stop'])).out).toBe('Ended on only of only.local.\n');
    expect((await send(port, { host: 'only.local' })).status).toBe(200);
    expect((await cli(home, ['rehearse', 'list'])).out).toBe('Nothing is rehearsed.\n');
  });

  it.each([
    [['web'], 'Several sites have a backend "web": shop.local, docs.local. Give --site.'],
    [['nobody'], 'No site has a backend "nobody".'],
    [['only', '--for', 'soon'], '"soon" is not a duration.', 2],
    [['only', '--for', '1h'], 'durationMs'],
    [['stop', '7'], 'There is no rehearsal 7'],
  ])('%j is refused with what to do', async (args, message, code = 1) => {
    const { home } = await host();
    const result = await cli(home, ['rehearse', ...args]);
    expect(result.code).toBe(code);
    expect(result.err).toContain(message);
  });
});
