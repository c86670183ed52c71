/** Files, clock, trust, certificates, dev servers, other Mogolys and Docker, over the real thing where there is one. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mend } from '../../../../electron/engine/system/doctor/mend.ts';
import type { CertificatesReport } from '../../../../shared/certificate.ts';
import { doctorDeps, findingsOf } from '../../../kit/doctor.ts';
import { tempHome } from '../../../kit/temp-home.ts';
import { asNobody } from '../../../kit/unprivileged.ts';

const listening = async (server: Server, ...where: [number, string] | [string]): Promise<void> => {
  await new Promise<void>((resolve) =>
    where.length === 1 ? server.listen(where[0], resolve) : server.listen(...where, resolve),
  );
  onTestFinished(() => void server.close());
};
const report = (root: Partial<CertificatesReport['root']>, rest: Partial<CertificatesReport> = {}) => ({
  certificates: (): CertificatesReport => ({
    root: { exists: true, file: '', keyFile: '', former: [], outside: [], problems: [], ...root },
    certificates: [],
    orders: [],
    ...rest,
  }),
});

describe('the home folder', () => {
  it('that others can use is named, with its keys, and closed on request', async () => {
    const { home } = doctorDeps();
    mkdirSync(join(home, 'ca'), { mode: 0o700 });
    writeFileSync(join(home, 'ca/root-key.pem'), 'key', { mode: 0o600 });
    writeFileSync(join(home, 'ca/root.pem'), 'anybody may read it', { mode: 0o644 });
    expect(await findingsOf('files', { home })).toMatchObject([{ status: 'good' }]);
    chmodSync(home, 0o755);
    chmodSync(join(home, 'ca/root-key.pem'), 0o640);
    expect(await findingsOf('files', { home })).toMatchObject([
      {
        status: 'bad',
        message: `Others on this machine can use ${home}, ${home}/ca/root-key.pem.`,
        remedy: { line: `chmod 700 '${home}' && chmod 600 '${home}/ca/root-key.pem'`, action: { kind: 'files.close' } },
      },
    ]);
    const deps = { home, portOwner: () => Promise.resolve(undefined) };
    expect(await mend({ kind: 'files.close' }, deps)).toMatchObject({
      value: { message: 'The home folder is closed to others.' },
    });
    expect([statSync(home).mode & 0o777, statSync(join(home, 'ca/root-key.pem')).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(await mend({ kind: 'files.close' }, deps)).toMatchObject({ value: { message: 'Nothing was open.' } });
  });

  it.runIf(process.geteuid?.() === 0)(
    'that is not ours to write is named, with the line that makes it so',
    async () => {
      const { home } = doctorDeps();
      writeFileSync(join(home, 'mogoly.yaml'), '');
      chownSync(join(home, 'mogoly.yaml'), 0, 0);
      chownSync(home, 65_534, 65_534);
      const [finding] = await asNobody(() => findingsOf('files', { home }));
      expect(finding).toMatchObject({
        status: 'bad',
        message: `Mogoly cannot write ${home}/mogoly.yaml, so changes are not kept.`,
      });
      expect(finding?.remedy?.line).toContain(`sudo chown -R "$USER" '${home}/mogoly.yaml'`);
    },
  );
});

describe('the clock', () => {
  it('that is earlier than what we wrote is behind', async () => {
    const { home } = doctorDeps();
    writeFileSync(join(home, 'changes.json'), '[]');
    expect(await findingsOf('clock', { home })).toMatchObject([{ status: 'good' }]);
    const later = Date.now() / 1_000 + 3 * 3_600;
    utimesSync(join(home, 'changes.json'), later, later);
    expect(await findingsOf('clock', { home })).toMatchObject([
      {
        status: 'bad',
        message: 'The clock is at least 3 hours behind: Mogoly made files later than it says it is now.',
      },
    ]);
  });

  it('that jumped while we ran is told', async () => {
    const jumped = await findingsOf('clock', { clockJumpMs: () => -5 * 86_400_000 });
    expect(jumped).toMatchObject([
      { status: 'warning', message: 'The clock has jumped 5 days since Mogoly started. Certificates go by it.' },
    ]);
  });

  it('is held against that of the ACME directory in use', async () => {
    const server = createHttpServer((_request, response) => {
      response.setHeader('date', new Date(Date.now() + 40 * 60_000).toUTCString());
      response.end();
    });
    await listening(server, 0, '127.0.0.1');
    const { port } = server.address() as AddressInfo;
    const order = {
      site: 'a',
      hosts: [],
      status: 'valid' as const,
      directory: `http://127.0.0.1:${port}/dir`,
      failures: 0,
    };
    const [finding] = await findingsOf('clock', report({}, { orders: [order] }));
    expect(finding).toMatchObject({
      status: 'bad',
      message: `The clock is 40 minutes behind that of 127.0.0.1:${port}. Certificates are refused by it.`,
    });
    expect(
      await findingsOf('clock', report({}, { orders: [{ ...order, directory: 'http://127.0.0.1:9/' }] })),
    ).toMatchObject([{ status: 'good' }]);
  });
});

describe('trust', () => {
  it('is told store by store, each with its own remedy', async () => {
    const stores = [
      { id: 'system', name: 'Debian system store', state: 'trusted' as const, detail: '' },
      { id: 'nss:a', name: 'Firefox (a)', state: 'notTrusted' as const, detail: 'Read by this Firefox profile.' },
      { id: 'nss:b', name: 'Chromium', state: 'otherRoot' as const, detail: '' },
      {
        id: 'nss:c',
        name: 'Chromium (NSS, snap)',
        state: 'unavailable' as const,
        detail: 'The program certutil is not installed.',
        fix: 'Install libnss3-tools (Debian).',
      },
    ];
    const findings = await findingsOf('trust', {
      ...report({}),
      trustStores: () => Promise.resolve(stores),
      trustVerified: () => Promise.resolve(false),
    });
    expect(findings.map(({ status, remedy }) => [status, remedy?.line ?? remedy?.title])).toEqual([
      ['bad', "mogoly trust install --store 'system'"],
      ['warning', "mogoly trust install --store 'nss:a'"],
      ['warning', "mogoly trust install --store 'nss:b'"],
      ['warning', 'Install libnss3-tools (Debian).'],
    ]);
    expect(findings[1]?.remedy?.action).toEqual({ kind: 'trust.install', store: 'nss:a' });
  });

  it('makes no CA only to look at it', async () => {
    const trustStores = () => Promise.reject(new Error('asked'));
    expect(await findingsOf('trust', { trustStores })).toMatchObject([{ status: 'skipped' }]);
  });
});

it('a root that may not sign for a name in use can be renewed; other problems say what they say', async () => {
  const problems = [
    {
      code: 'CA_KEY_OPEN',
      severity: 'warning' as const,
      message: 'Others could read the key.',
      fix: 'Renew the root.',
    },
  ];
  expect(await findingsOf('certificates', report({ outside: ['new.test'], problems }))).toMatchObject([
    { status: 'bad', remedy: { action: { kind: 'root.renew' } } },
    { status: 'warning', message: 'Others could read the key.', remedy: { title: 'Renew the root.' } },
  ]);
});

it('a dev server that refuses the host is named once, with its own remedy', async () => {
  const refusal = { site: 'shop', backend: 'web-1', framework: 'Vite', fix: 'Add shop.local to server.allowedHosts.' };
  expect(await findingsOf('refused-hosts', { refusals: () => [refusal, refusal] })).toMatchObject([
    { status: 'bad', message: 'Vite behind web-1 refuses the host of shop.', remedy: { title: refusal.fix } },
  ]);
});

describe('the lock of the home folder', () => {
  it('of another process that lives is bad, of one that died is not', async () => {
    const { home } = doctorDeps();
    const child = spawn('sleep', ['60']);
    onTestFinished(() => void child.kill('SIGKILL'));
    writeFileSync(join(home, 'mogoly.lock'), JSON.stringify({ pid: child.pid }));
    expect(await findingsOf('instance', { home })).toMatchObject([
      { status: 'bad', remedy: { line: 'mogoly daemon stop' } },
    ]);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(await findingsOf('instance', { home })).toMatchObject([{ status: 'good' }]);
  });
});

describe('Docker', () => {
  const socketIn = async (folder: string, name: string): Promise<string> => {
    mkdirSync(folder, { recursive: true });
    await listening(createServer(), join(folder, name));
    return `unix://${join(folder, name)}`;
  };

  it('is found by DOCKER_HOST, by the context, at the usual socket, and as Podman', async () => {
    const named = await socketIn(tempHome(), 'd.sock');
    expect(await findingsOf('docker', { env: { DOCKER_HOST: named } })).toMatchObject([
      { status: 'good', message: `Docker answers at ${named}.` },
    ]);

    const userHome = tempHome();
    const meta = join(userHome, '.docker/contexts/meta', createHash('sha256').update('lab').digest('hex'));
    mkdirSync(meta, { recursive: true });
    writeFileSync(join(userHome, '.docker/config.json'), JSON.stringify({ currentContext: 'lab' }));
    writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Endpoints: { docker: { Host: named } } }));
    expect(await findingsOf('docker', { userHome, fsRoot: tempHome() })).toMatchObject([
      { message: `Docker answers at ${named}.` },
    ]);

    const fsRoot = tempHome();
    const usual = await socketIn(join(fsRoot, 'var/run'), 'docker.sock');
    expect(await findingsOf('docker', { fsRoot })).toMatchObject([{ message: `Docker answers at ${usual}.` }]);

    const runtime = tempHome();
    const podman = await socketIn(join(runtime, 'podman'), 'podman.sock');
    const deps = { fsRoot: tempHome(), env: { XDG_RUNTIME_DIR: runtime } };
    expect(await findingsOf('docker', deps)).toMatchObject([{ message: `Docker answers at ${podman}.` }]);
  });

  it('that is nowhere does not matter; one that was named and is silent, closed or elsewhere does', async () => {
    expect(await findingsOf('docker', { fsRoot: tempHome() })).toMatchObject([{ status: 'skipped' }]);
    expect(await findingsOf('docker', { env: { DOCKER_HOST: 'unix:///nowhere.sock' } })).toMatchObject([
      { status: 'warning', message: 'Nobody answers at unix:///nowhere.sock (ENOENT).' },
    ]);
    expect((await findingsOf('docker', { env: { DOCKER_HOST: 'ssh://box' } }))[0]?.message).toContain(
      'is not on this machine',
    );
    const folder = tempHome();
    const closed = await socketIn(folder, 'd.sock');
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'd.sock'), 0o600);
    const [finding] = await asNobody(() => findingsOf('docker', { env: { DOCKER_HOST: closed } }));
    expect(finding).toMatchObject({ status: 'warning', remedy: { line: 'sudo usermod -aG docker "$USER"' } });
  });
});
