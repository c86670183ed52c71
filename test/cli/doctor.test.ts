/** `mogoly doctor`: what it prints, how it ends, and that it needs no Mogoly that runs. */
import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DoctorReport } from '../../shared/doctor.ts';
import { cli, hostEngine } from '../kit/cli.ts';
import { tempHome } from '../kit/temp-home.ts';

describe('doctor', () => {
  it('ends with 1 where something is bad, names it and what mends it, and with 0 once it is mended', async () => {
    const { home } = await hostEngine({ server: [] });
    chmodSync(home, 0o755);
    const bad = await cli(home, ['doctor']);
    expect(bad).toMatchObject({ code: 1, err: '' });
    expect(bad.out).toContain(`bad     Files: Others on this machine can use ${home}.`);
    expect(bad.out).toContain(`chmod 700 '${home}'`);
    chmodSync(home, 0o700);
    const good = await cli(home, ['doctor']);
    expect(good.code).toBe(0);
    expect(good.out).not.toContain('bad ');
  });

  it('prints the whole report as JSON, and what is good with --all', async () => {
    const { home } = await hostEngine({ server: [] });
    chmodSync(home, 0o700);
    const report = JSON.parse((await cli(home, ['doctor', '--json'])).out) as DoctorReport;
    expect(report.findings.find(({ id }) => id === 'files')).toMatchObject({ status: 'good' });
    expect((await cli(home, ['doctor', '--all'])).out).toMatch(/^good\s+Files: The home folder is ours to write/m);
  });

  it('with nothing running says so, and still names who holds the port that the config wants', async () => {
    const home = tempHome();
    chmodSync(home, 0o700);
    const script =
      "require('node:net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })";
    const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void holder.kill('SIGKILL'));
    const port = await new Promise<number>((resolve) => holder.stdout.once('data', (text) => resolve(Number(text))));
    writeFileSync(join(home, 'mogoly.yaml'), `listen: { http: ${port}, https: off, dns: off }\nserver: []\n`);
    const { code, out } = await cli(home, ['doctor']);
    expect(out).toMatch(/warning\s+Engine: Mogoly is not running for .*mogoly run/s);
    expect(out).toMatch(new RegExp(`bad\\s+Ports: Port ${port} is taken by node.* \\(process ${holder.pid}`));
    expect(out).toContain(`kill ${holder.pid}`);
    expect(code).toBe(1);
  });
});
