/** Which addresses are bound, and what happens when one cannot be had. */
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { addressesOf } from '../../electron/engine/addresses.ts';
import { bind, releaseBinding, type BindingRooms, type Listener } from '../../electron/engine/binding.ts';
import type { ListenAddress } from '../../electron/engine/generation.ts';
import type { Http1Handlers } from '../../electron/engine/proxy/http-server.ts';
import { openHttpListener, planListeners, type OpenListener } from '../../electron/engine/proxy/listeners.ts';
import { startBackend } from '../kit/backend.ts';
import { site, startEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import type { Config } from '../../shared/config.ts';
import { failure, problem, type Result } from '../../shared/problem.ts';

const handlers: Http1Handlers = {
  onRequest(_socket, client) {
    client.sendHead(200, '', ['content-length', '4'], true);
    client.endWithText('here');
  },
  onUpgrade: () => undefined,
};
const rooms: BindingRooms = {
  plan: (have, wanted) => planListeners(have as OpenListener[], wanted),
  open: (address) => openHttpListener(address, handlers),
};
/** As rooms, but some addresses cannot be had. */
const without = (refuses: (address: ListenAddress) => string | undefined): BindingRooms => ({
  ...rooms,
  open: (address): Promise<Result<Listener>> => {
    const code = refuses(address);
    return code === undefined
      ? openHttpListener({ ...address, port: 0 }, handlers)
      : Promise.resolve(failure(problem(code, 'refused')));
  },
});
const only = (http: Config['listen']['http']): Config['listen'] => ({ http, https: 'off', dns: 'off' });
const shown = (listeners: readonly ListenAddress[]): string[] =>
  listeners.map(({ address, port }) => `${address} ${port}`);
const closeAll = (listeners: readonly Listener[]): Promise<unknown> =>
  Promise.all(listeners.map((listener) => listener.close(0)));

describe('addresses', () => {
  it('a number is both loopback families, an address is itself, "off" is none', () => {
    expect(shown(addressesOf('http', 8080))).toEqual(['127.0.0.1 8080', '::1 8080']);
    expect(shown(addressesOf('http', undefined))).toEqual(['127.0.0.1 80', '::1 80']);
    expect(shown(addressesOf('http', '0.0.0.0:81'))).toEqual(['0.0.0.0 81']);
    expect(shown(addressesOf('http', '[::1]:81'))).toEqual(['::1 81']);
    expect(shown(addressesOf('http', 'localhost:81'))).toEqual(['127.0.0.1 81', '::1 81']);
    expect(addressesOf('http', 'off')).toEqual([]);
  });
});

describe('a port given', () => {
  it('listens on both loopback families', async () => {
    const port = await freePort('::1');
    const backend = await startBackend();
    const running = await startEngine({
      listen: { http: port, https: 'off', dns: 'off' },
      server: [site('shop.test', [{ url: backend.url }])],
    });
    for (const address of ['127.0.0.1', '::1'])
      expect((await send(port, { host: 'shop.test', address })).status).toBe(200);
    const report = await running.engine.checkSelf();
    expect(report.pass.map(({ name }) => name)).toEqual([`http 127.0.0.1:${port}`, `http ::1:${port}`]);
    await running.close();
    await backend.kill();
  });

  it('that is taken on one family fails whole, and lets go of the other', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '::1', done));
    const { port } = other.address() as { port: number };
    const bound = await bind(only(port), [], rooms);
    expect(!bound.ok && bound.problems[0]!.code).toBe('LISTEN_PORT_TAKEN');
    await expect(send(port)).rejects.toThrow('ECONNREFUSED');
    other.close();
  });

  it('on a machine without IPv6 loopback listens on IPv4 and says what is missing', async () => {
    const bound = await bind(
      only(8080),
      [],
      without(({ address }) => (address === '::1' ? 'LISTEN_ADDRESS_UNKNOWN' : undefined)),
    );
    if (!bound.ok) throw new Error(bound.problems[0]!.message);
    expect(bound.value.missing).toMatchObject([
      { address: '::1', port: 8080, problem: { code: 'LISTEN_ADDRESS_UNKNOWN' } },
    ]);
    expect(bound.value.listeners).toHaveLength(1);
    await closeAll(bound.value.listeners);
  });
});

describe('the port left out', () => {
  const wanted: string[] = [];
  const asking = (refuses: (address: ListenAddress) => string | undefined): BindingRooms => {
    wanted.length = 0;
    return without((address) => {
      wanted.push(`${address.address} ${address.port}`);
      return refuses(address);
    });
  };

  it('is 80 where that can be bound', async () => {
    const bound = await bind(
      only(undefined),
      [],
      asking(() => undefined),
    );
    expect(wanted).toEqual(['127.0.0.1 80', '::1 80']);
    if (bound.ok) await closeAll(bound.value.listeners);
  });

  it.each(['LISTEN_PORT_TAKEN', 'LISTEN_PORT_PRIVILEGED'])('is 8080 where 80 answers %s', async (code) => {
    const bound = await bind(
      only(undefined),
      [],
      asking(({ port }) => (port === 80 ? code : undefined)),
    );
    expect(bound.ok).toBe(true);
    expect(wanted).toEqual(['127.0.0.1 80', '127.0.0.1 8080', '::1 8080']);
    if (bound.ok) await closeAll(bound.value.listeners);
  });

  it('names both problems where neither can be had', async () => {
    const bound = await bind(
      only(undefined),
      [],
      asking(() => 'LISTEN_PORT_TAKEN'),
    );
    expect(!bound.ok && bound.problems).toHaveLength(2);
  });

  it('stays on 8080 once it is there, though 80 were free again', async () => {
    const running: Listener[] = ['127.0.0.1', '::1'].map((address) => ({
      kind: 'http',
      address,
      port: 8080,
      key: `http ${address} 8080`,
      close: () => Promise.resolve(),
    }));
    const bound = await bind(
      only(undefined),
      running,
      asking(() => undefined),
    );
    expect(bound.ok && bound.value.listeners).toEqual(running);
    expect(wanted).toEqual([]);
  });

  it('serves a real request on the one it got', async () => {
    const backend = await startBackend();
    const running = await startEngine({
      listen: { https: 'off', dns: 'off' },
      server: [site('shop.test', [{ url: backend.url }])],
    });
    expect([80, 8080]).toContain(running.port);
    expect((await send(running.port, { host: 'shop.test' })).status).toBe(200);
    await running.close();
    await backend.kill();
  });
});

describe('taking back', () => {
  it('a listener that made way for a wider one listens again', async () => {
    const port = await freePort();
    const first = await bind(only(`127.0.0.1:${port}`), [], rooms);
    if (!first.ok) throw new Error('not bound');
    const running = first.value.listeners;
    const wider = await bind(only(`0.0.0.0:${port}`), running, rooms);
    if (!wider.ok) throw new Error(wider.problems[0]!.message);
    expect(wider.value.yielded).toHaveLength(1);
    await releaseBinding(wider.value, running, rooms);
    expect(shown(running)).toEqual([`127.0.0.1 ${port}`]);
    expect((await send(port)).body).toBe('here');
    await closeAll(running);
  });
});
