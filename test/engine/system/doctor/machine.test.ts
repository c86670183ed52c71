/** Files, clock, trust, certificates, dev servers, other Mogolys and Docker, over the real thing where there is one. */
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mend } from '../../../../electron/engine/system/doctor/mend.ts';
import type { CertificatesReport } from '../../../../shared/certificate.ts';
import { problem } from '../../../../shared/problem.ts';
import type { DockerState } from '../../../../shared/service.ts';
import { doctorDeps, findingsOf } from '../../../kit/doctor.ts';
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
  const found = (state: DockerState) => findingsOf('docker', { docker: () => Promise.resolve(state) });
  const silent = (code: string) => found({ available: false, problem: problem(code, 'It is silent.') });

  it('is named with its version and place', async () => {
    const state: DockerState = { available: true, product: 'Podman', version: '4.3.1', host: 'unix:///podman.sock' };
    expect(await found(state)).toMatchObject([
      { status: 'good', message: 'Podman 4.3.1 answers at unix:///podman.sock.' },
    ]);
  });

  it('that is nowhere does not matter; one that is silent, closed or elsewhere does', async () => {
    expect(await silent('DOCKER_MISSING')).toMatchObject([{ status: 'skipped' }]);
    expect(await silent('DOCKER_UNAVAILABLE')).toMatchObject([
      { status: 'warning', message: 'It is silent.', remedy: { line: 'sudo systemctl start docker' } },
    ]);
    expect(await silent('DOCKER_REMOTE')).toMatchObject([{ status: 'warning', remedy: { line: 'docker context ls' } }]);
    expect(await silent('DOCKER_FORBIDDEN')).toMatchObject([
      { status: 'warning', remedy: { line: 'sudo usermod -aG docker "$USER"' } },
    ]);
  });
});
