/** Finding Docker: which place is tried, what is told when nobody answers, and what a lost one means. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createDocker,
  type ContainerEvent,
  type Docker,
  type DockerDeps,
} from '../../../electron/engine/services/docker.ts';
import {
  findEndpoints,
  parseHost,
  usualEndpoints,
  type EndpointDeps,
} from '../../../electron/engine/services/endpoint.ts';
import { success } from '../../../shared/problem.ts';
import type { DockerState } from '../../../shared/service.ts';
import { startFakeDocker } from '../../kit/fake-docker.ts';
import { tempHome } from '../../kit/temp-home.ts';
import { asNobody } from '../../kit/unprivileged.ts';
import { until } from '../../kit/wait.ts';

const place = (rest: Partial<EndpointDeps> = {}): EndpointDeps => ({
  env: {},
  platform: 'linux',
  userHome: '/nowhere',
  ...rest,
});
const dockerAt = (deps: Partial<DockerDeps> & Pick<DockerDeps, 'endpoints'>): Docker => {
  const docker = createDocker({ onState: () => undefined, onEvent: () => undefined, retryMs: 20, ...deps });
  onTestFinished(() => docker.close());
  return docker;
};
const hosts = async (deps: Partial<EndpointDeps>) => {
  const found = await findEndpoints(place(deps));
  return found.ok ? found.value.map(({ host, source }) => [host, source]) : found.problems.map(({ code }) => code);
};
const codeOf = async (docker: Docker): Promise<string | undefined> => {
  const connected = await docker.connect();
  return connected.ok ? undefined : connected.problems[0]?.code;
};

describe('the places', () => {
  it('are that of the config alone, else that of DOCKER_HOST, else that of the context in use', async () => {
    const userHome = tempHome();
    const meta = join(userHome, '.docker/contexts/meta', createHash('sha256').update('lab').digest('hex'));
    mkdirSync(meta, { recursive: true });
    writeFileSync(join(userHome, '.docker/config.json'), JSON.stringify({ currentContext: 'lab' }));
    writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Endpoints: { docker: { Host: 'unix:///lab.sock' } } }));
    const env = { DOCKER_HOST: 'unix:///env.sock' };
    expect(await hosts({ userHome, env, configured: '/config.sock' })).toEqual([['unix:///config.sock', 'config']]);
    expect(await hosts({ userHome, env })).toEqual([['unix:///env.sock', 'DOCKER_HOST']]);
    expect(await hosts({ userHome })).toEqual([['unix:///lab.sock', 'context']]);
    expect(await hosts({ userHome, env: { DOCKER_CONTEXT: 'default' } })).toContainEqual([
      'unix:///var/run/docker.sock',
      'usual',
    ]);
  });

  it('that are usual include Podman, of each platform', () => {
    const podman = (deps: Partial<EndpointDeps>) =>
      usualEndpoints(place(deps)).filter(({ source }) => source === 'podman');
    expect(podman({ env: { XDG_RUNTIME_DIR: '/run/user/7' } }).map(({ socketPath }) => socketPath)).toContain(
      '/run/user/7/podman/podman.sock',
    );
    expect(podman({ platform: 'win32' })).toMatchObject([{ socketPath: '\\\\.\\pipe\\podman-machine-default' }]);
    expect(podman({ platform: 'darwin' }).at(-1)?.socketPath).toMatch(/machine\/podman\.sock$/);
  });

  it.each([
    ['unix:///a/b.sock', { socketPath: '/a/b.sock' }],
    ['/a/b.sock', { host: 'unix:///a/b.sock', socketPath: '/a/b.sock' }],
    ['npipe:////./pipe/docker_engine', { socketPath: '\\\\.\\pipe\\docker_engine' }],
    ['tcp://127.0.0.1:2375', { tcp: { host: '127.0.0.1', port: 2375 } }],
    ['localhost:99', { tcp: { host: 'localhost', port: 99 } }],
    ['tcp://[::1]', { tcp: { host: '::1', port: 2375 } }],
  ])('%s is read', (written, endpoint) => {
    expect(parseHost(written, 'config')).toMatchObject({ ok: true, value: { ...endpoint, source: 'config' } });
  });

  it.each([
    ['ssh://box', 'DOCKER_REMOTE'],
    ['tcp://10.0.0.1:2375', 'DOCKER_REMOTE'],
    ['https://127.0.0.1', 'DOCKER_HOST_INVALID'],
    ['tcp://:x', 'DOCKER_HOST_INVALID'],
  ])('%s is refused', (written, code) => {
    expect(parseHost(written, 'config')).toMatchObject({ ok: false, problems: [{ code }] });
  });
});

describe('Docker', () => {
  const at = (...sockets: string[]) => ({
    endpoints: () =>
      Promise.resolve(
        success(sockets.map((socketPath) => ({ host: `unix://${socketPath}`, socketPath, source: 'usual' }))),
      ),
  });

  it('is the first that answers, and is told from Podman', async () => {
    const folder = tempHome();
    const podman = await startFakeDocker(join(folder, 'podman.sock'), { components: ['Podman Engine'] });
    onTestFinished(podman.close);
    const docker = dockerAt(at(join(folder, 'none.sock'), join(folder, 'podman.sock')));
    expect(await codeOf(docker)).toBeUndefined();
    expect(docker.state()).toEqual({ available: true, product: 'Podman', version: '9.9', host: podman.host });
  });

  it('that is nowhere is missing; one that is there and silent is named, and the closed one first', async () => {
    const folder = tempHome();
    chmodSync(folder, 0o755);
    const nowhere = dockerAt(at(join(folder, 'a.sock'), join(folder, 'b.sock')));
    expect(await codeOf(nowhere)).toBe('DOCKER_MISSING');
    expect(await codeOf(dockerAt(at(join(folder, 'a.sock'))))).toBe('DOCKER_UNAVAILABLE');
    const dead = join(folder, 'dead.sock');
    writeFileSync(dead, '');
    expect(await codeOf(dockerAt(at(join(folder, 'a.sock'), dead)))).toBe('DOCKER_UNAVAILABLE');
    const closed = await startFakeDocker(join(folder, 'closed.sock'));
    onTestFinished(closed.close);
    chmodSync(join(folder, 'closed.sock'), 0o600);
    const code = await asNobody(() => codeOf(dockerAt(at(dead, join(folder, 'closed.sock')))));
    expect(code).toBe('DOCKER_FORBIDDEN');
  });

  it('tells of its containers, is lost at once when it ends, and is found again', async () => {
    const socket = join(tempHome(), 'docker.sock');
    const first = await startFakeDocker(socket);
    const events: ContainerEvent[] = [];
    const states: DockerState[] = [];
    const docker = dockerAt({
      ...at(socket),
      onEvent: (event) => events.push(event),
      onState: (state) => states.push(state),
    });
    docker.watch();
    await until(() => docker.state().available);
    first.tell({ Action: 'start', Actor: { ID: 'c1', Attributes: { 'mogoly.host': 'a.local' } } });
    first.tell({ Type: 'builder' });
    await until(() => events.length > 0);
    expect(events).toEqual([{ action: 'start', id: 'c1', attributes: { 'mogoly.host': 'a.local' } }]);
    await first.close();
    await until(() => !docker.state().available);
    const again = await startFakeDocker(socket);
    onTestFinished(again.close);
    await until(() => docker.state().available);
    expect(states.map(({ available, problem }) => problem?.code ?? available)).toEqual(
      expect.arrayContaining([true, 'DOCKER_GONE', true]),
    );
  });
});
