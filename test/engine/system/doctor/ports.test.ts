/** Ports that others hold: named by their process, freed on request. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CommandAnswer, RunCommand } from '../../../../electron/engine/system/command.ts';
import { mend } from '../../../../electron/engine/system/doctor/mend.ts';
import { createPortOwner } from '../../../../electron/engine/system/doctor/port-owner.ts';
import { runCommand } from '../../../../electron/engine/system/command.ts';
import { findingsOf } from '../../../kit/doctor.ts';
import { tempHome } from '../../../kit/temp-home.ts';
import { asNobody } from '../../../kit/unprivileged.ts';

interface Holder {
  child: ChildProcess;
  pid: number;
  port: number;
}

/** A process of its own that listens on a port; `keeps` takes no notice of being asked to end. */
async function hold(address = '127.0.0.1', keeps = false): Promise<Holder> {
  const script = `
    ${keeps ? "process.on('SIGTERM', () => undefined);" : ''}
    const server = require('node:net').createServer().listen(0, '${address}', () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const port = await new Promise<number>((resolve) =>
    child.stdout.once('data', (text: Buffer) => resolve(Number(text))),
  );
  return { child, pid: child.pid!, port };
}

const owner = createPortOwner('linux', runCommand);
const listen = (http: number) => ({ listen: () => Promise.resolve({ http, https: 'off', dns: 'off' } as const) });

describe.runIf(process.platform === 'linux')('a port that another program holds', () => {
  it('is named with the process, and freed when that is asked for', async () => {
    const { child, pid, port } = await hold();
    const [finding] = await findingsOf('ports', listen(port));
    expect(finding).toMatchObject({
      status: 'bad',
      remedy: { line: `kill ${pid}`, action: { kind: 'port.free', port, pid } },
    });
    expect(finding?.message).toMatch(
      new RegExp(`^Port ${port} is taken by node.* \\(process ${pid}: .*\\)\\. Mogoly cannot answer http there\\.$`),
    );
    const gone = new Promise((resolve) => child.once('exit', resolve));
    expect(await mend({ kind: 'port.free', port, pid }, { home: tempHome(), portOwner: owner })).toEqual({
      ok: true,
      value: { message: `Port ${port} is free.` },
      warnings: [],
    });
    await gone;
    expect(await findingsOf('ports', listen(port))).toMatchObject([{ status: 'good' }]);
  });

  it('is not freed by stopping a process that does not hold it, nor ourselves', async () => {
    const { child, pid } = await hold();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    for (const wrong of [pid, process.pid])
      expect(await mend({ kind: 'port.free', port, pid: wrong }, { home: tempHome(), portOwner: owner })).toMatchObject(
        {
          ok: false,
          problems: [{ code: 'DOCTOR_PORT_OWNER' }],
        },
      );
    expect(child.exitCode).toBeNull();
  });

  it('that is kept all the same is said to be, with the harder way', async () => {
    const { pid, port } = await hold('127.0.0.1', true);
    expect(await mend({ kind: 'port.free', port, pid }, { home: tempHome(), portOwner: owner })).toMatchObject({
      ok: false,
      problems: [{ code: 'DOCTOR_PORT_KEPT', fix: `If it may lose its work, run: kill -9 ${pid}` }],
    });
  });

  it('of another user is said to be, with the line that tells', async () => {
    const { port } = await hold();
    const [finding] = await asNobody(() => findingsOf('ports', listen(port)));
    expect(finding?.message).toContain(`Port ${port} is taken by a program of another user.`);
    expect(finding?.remedy).toMatchObject({ line: `sudo ss -ltnup 'sport = :${port}'` });
    expect(finding?.remedy?.action).toBeUndefined();
  });

  it('on another loopback address, as a stub resolver has, is none; on every address it is', async () => {
    const stub = await hold('127.0.0.53');
    expect(await findingsOf('ports', listen(stub.port))).toMatchObject([{ status: 'good' }]);
    const every = await hold('::');
    expect(await findingsOf('ports', listen(every.port))).toMatchObject([{ status: 'bad' }]);
  });

  it('and that people type nothing for is only a warning where we serve elsewhere', async () => {
    const listeners = () => [{ kind: 'http' as const, address: '127.0.0.1', port: 8080 }];
    const portOwner = (port: number) => Promise.resolve(port === 80 ? { pid: 7, name: 'nginx' } : undefined);
    const deps = { listeners, portOwner, listen: () => Promise.resolve({ https: 'off', dns: 'off' } as const) };
    expect(await findingsOf('ports', deps)).toMatchObject([
      { status: 'warning', message: 'Port 80 is taken by nginx (process 7). Mogoly answers http on 8080 instead.' },
    ]);
  });
});

const answering =
  (answers: Record<string, string>, asked: string[] = []): RunCommand =>
  (file, args): Promise<CommandAnswer> => {
    asked.push([file, ...args].join(' '));
    return Promise.resolve({ code: 0, stdout: answers[file] ?? '', stderr: '' });
  };

describe('on other systems', () => {
  it('macOS tells by lsof', async () => {
    const asked: string[] = [];
    const find = createPortOwner('darwin', answering({ lsof: 'p812\ncnginx\nf6\n' }, asked));
    expect(await find(443, ['127.0.0.1'])).toEqual({ pid: 812, name: 'nginx' });
    expect(asked).toEqual(['lsof -nP -iTCP:443 -sTCP:LISTEN -Fpc']);
    expect(await createPortOwner('darwin', answering({}))(443, [])).toBeUndefined();
  });

  it('Windows tells by netstat and tasklist, whatever its language', async () => {
    const netstat = [
      'Aktive Verbindungen',
      '  Proto  Lokale Adresse         Remoteadresse          Status           PID',
      '  TCP    0.0.0.0:80             0.0.0.0:0              ABHÖREN         4',
      '  TCP    127.0.0.1:443          127.0.0.1:50123        HERGESTELLT     99',
      '  TCP    127.0.0.1:443          0.0.0.0:0              ABHÖREN         5120',
    ].join('\r\n');
    const run = answering({ netstat, tasklist: '"httpd.exe","5120","Services","0","12.345 K"\r\n' });
    const find = createPortOwner('win32', run);
    expect(await find(443, [])).toEqual({ pid: 5_120, name: 'httpd.exe' });
    expect(await find(8_443, [])).toBeUndefined();
    const deps = { platform: 'win32' as const, portOwner: find, run, ...listen(443) };
    expect(await findingsOf('ports', deps)).toMatchObject([{ remedy: { line: 'taskkill /PID 5120' } }]);
  });
});

describe('a port below 1024', () => {
  const tree = (first: number): string => {
    const root = tempHome();
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'proc/sys/net/ipv4'), { recursive: true });
    writeFileSync(join(root, 'proc/sys/net/ipv4/ip_unprivileged_port_start'), `${first}\n`);
    return root;
  };
  const free = { portOwner: () => Promise.resolve(undefined) };

  it('that is for administrators is said to be, with the line that opens it', async () => {
    const listeners = () => [{ kind: 'http' as const, address: '127.0.0.1', port: 8080 }];
    const deps = {
      ...free,
      fsRoot: tree(1_024),
      listeners,
      listen: () => Promise.resolve({ https: 'off', dns: 'off' } as const),
    };
    const [finding] = await asNobody(() => findingsOf('privileged-ports', deps));
    expect(finding).toMatchObject({
      status: 'warning',
      message:
        'Ports below 1024 are for administrators here: 80. Mogoly serves http on 8080, so addresses carry a port number.',
      remedy: { line: 'sudo sysctl -w net.ipv4.ip_unprivileged_port_start=80' },
    });
    expect(
      await asNobody(() => findingsOf('privileged-ports', { ...deps, ...listen(443), listeners: () => [] })),
    ).toMatchObject([{ status: 'bad' }]);
  });

  it('is no matter where the kernel leaves it to anybody, or on macOS', async () => {
    expect(
      await asNobody(() => findingsOf('privileged-ports', { ...free, fsRoot: tree(53), ...listen(80) })),
    ).toMatchObject([{ status: 'good' }]);
    expect(await findingsOf('privileged-ports', { ...free, platform: 'darwin', ...listen(80) })).toMatchObject([
      { status: 'skipped' },
    ]);
  });
});
