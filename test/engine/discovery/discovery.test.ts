/** Discovery against real servers, each its own process. */
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDiscovery, type DiscoveryDeps } from '../../../electron/engine/discovery/discovery.ts';
import { listOnLinux } from '../../../electron/engine/discovery/linux.ts';
import { probe } from '../../../electron/engine/discovery/probe.ts';
import { cli, hostEngine } from '../../kit/cli.ts';
import { startBackend } from '../../kit/backend.ts';
import { startNodeServer, startVite, type DevServerProcess } from '../../kit/dev-server.ts';
import { selfSigned } from '../../kit/self-signed.ts';
import { send } from '../../kit/http.ts';
import { tempHome } from '../../kit/temp-home.ts';

const started = async (server: Promise<DevServerProcess>): Promise<DevServerProcess> => {
  const running = await server;
  onTestFinished(running.close);
  return running;
};

const deps: DiscoveryDeps = {
  platform: process.platform,
  run: () => Promise.resolve({ code: 127, stdout: '' }),
  uid: process.getuid?.() ?? 0,
  ownPid: 0,
  mapped: () => new Map(),
};

async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe.runIf(process.platform === 'linux')('on this machine', () => {
  it('finds Vite and a server of Node, with process, folder and framework', async () => {
    const vite = await started(startVite('my-shop'));
    const api = await started(startNodeServer('api', { dependencies: { express: '5' } }));
    const mapped = new Map([[api.port, 'api.test']]);
    const servers = await createDiscovery({ ...deps, mapped: () => mapped }).list();
    expect(servers.find(({ port }) => port === vite.port)).toEqual({
      port: vite.port,
      address: '127.0.0.1',
      pid: vite.pid,
      process: 'node',
      folder: vite.folder,
      framework: 'Vite',
      url: `http://localhost:${vite.port}`,
    });
    expect(servers.find(({ port }) => port === api.port)).toMatchObject({
      pid: api.pid,
      folder: api.folder,
      framework: 'Express',
      mappedBy: 'api.test',
    });
  });

  it('leaves out our own process, and what does not speak HTTP', async () => {
    const backend = await startBackend();
    onTestFinished(() => backend.kill());
    const mute = await listening(createTcpServer((socket) => socket.end('220 smtp ready\r\n')));
    const all = await createDiscovery(deps).list();
    expect(all.map(({ port }) => port)).toContain(backend.port);
    expect(all.map(({ port }) => port)).not.toContain(mute);
    const others = await createDiscovery({ ...deps, ownPid: process.pid }).list();
    expect(others.map(({ port }) => port)).not.toContain(backend.port);
  });

  it('asks a port once while the same process holds it', async () => {
    const backend = await startBackend();
    onTestFinished(() => backend.kill());
    const discovery = createDiscovery(deps);
    await Promise.all([discovery.list(), discovery.list()]);
    await discovery.list();
    expect(backend.requests.filter(({ headers }) => headers['user-agent'] === 'mogoly-discovery')).toHaveLength(1);
  });

  it('lists the sockets of this user alone', async () => {
    expect(await listOnLinux(4_000_000_000)).toEqual([]);
  });
});

describe('a probe', () => {
  it('tells HTTP, HTTPS, another protocol, and silence', async () => {
    const backend = await startBackend({ host: '::1' });
    onTestFinished(() => backend.kill());
    expect(await probe('::', backend.port)).toMatchObject({
      kind: 'http',
      answer: expect.stringContaining('200') as string,
    });
    const tls = createTlsServer(selfSigned, (_request, response) => response.end('secret'));
    expect(await probe('127.0.0.1', await listening(tls))).toMatchObject({ kind: 'https' });
    const other = await listening(createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')));
    expect(await probe('127.0.0.1', other)).toEqual({ kind: 'other' });
    const silent = await listening(createTcpServer(() => undefined));
    expect(await probe('0.0.0.0', silent, 50)).toEqual({ kind: 'silent' });
  });
});

describe('from a listing', () => {
  const list = (...sockets: { address: string; port: number; pid?: number; command?: string[]; process?: string }[]) =>
    createDiscovery({
      ...deps,
      list: () => Promise.resolve(sockets),
      probe: (_address, port) =>
        Promise.resolve(port === 4_000 ? { kind: 'silent' } : { kind: 'http', answer: 'HTTP/1.1 200 OK' }),
    }).list();

  it('a server on both loopbacks is one, two servers on one port are told apart', async () => {
    expect(
      await list({ address: '::1', port: 1_000, pid: 1 }, { address: '127.0.0.1', port: 1_000, pid: 1 }),
    ).toMatchObject([{ address: '127.0.0.1', url: 'http://localhost:1000' }]);
    const two = await list({ address: '::1', port: 1_000, pid: 1 }, { address: '127.0.0.1', port: 1_000, pid: 2 });
    expect(two.map(({ url }) => url).sort()).toEqual(['http://127.0.0.1:1000', 'http://[::1]:1000']);
  });

  it('known frameworks come first; databases and programs of the desktop are left out', async () => {
    const found = await list(
      { address: '::', port: 1_000 },
      { address: '0.0.0.0', port: 9_000, command: ['node', '/a/node_modules/.bin/vite'] },
      { address: '127.0.0.1', port: 5432 },
      { address: '127.0.0.1', port: 7_000, process: 'ControlCe' },
    );
    expect(found.map(({ port }) => port)).toEqual([9_000, 1_000]);
  });

  it('a silent port counts only when its command line says what it is', async () => {
    expect(await list({ address: '127.0.0.1', port: 4_000, command: ['node', 'x.js'] })).toEqual([]);
    expect(await list({ address: '127.0.0.1', port: 4_000, command: ['next-server', '(v15)'] })).toMatchObject([
      { framework: 'Next.js', url: 'http://localhost:4000' },
    ]);
  });
});

describe.runIf(process.platform === 'linux')('the command line', () => {
  it('discover lists, map without a port offers and maps', async () => {
    const api = await started(startNodeServer('api', { dependencies: { koa: '2' } }));
    const { home, port } = await hostEngine('server: []\n');
    expect((await cli(home, ['discover'])).out).toMatch(
      new RegExp(`http://localhost:${api.port} +Koa +${api.folder} +${api.pid} +-`),
    );
    const offered = await cli(home, ['map', 'api.test']);
    expect(offered).toMatchObject({ code: 2, out: '' });
    expect(offered.err).toContain(`${api.port} (Koa)`);

    const shown = await cli(home, ['map', 'api.test'], { isTTY: true, stdin: '0\n' });
    expect(shown.code).toBe(2);
    const index = new RegExp(`^ *(\\d+)  http://localhost:${api.port}  Koa`, 'm').exec(shown.out)?.[1];
    const mapped = await cli(home, ['map', 'api.test'], { isTTY: true, stdin: `${index}\n` });
    expect(mapped).toMatchObject({ code: 0, err: '' });
    expect((await send(port, { host: 'api.test' })).body).toContain('hello from');
    expect((await cli(home, ['discover', '--json'])).out).toContain('"mappedBy": "api.test"');
  });

  it('with nothing running says so', async () => {
    expect((await cli(tempHome(), ['discover'])).err).toContain('DAEMON_NOT_RUNNING');
  });
});
