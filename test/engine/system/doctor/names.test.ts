/** The way of names through the operating system, and who comes between. */
import { describe, expect, it } from 'vitest';
import type { NamesMethodStatus, SystemNamesStatus } from '../../../../shared/system-names.ts';
import { findingsOf } from '../../../kit/doctor.ts';

const method = (id: NamesMethodStatus['id'], name: string, state: NamesMethodStatus['state']): NamesMethodStatus => ({
  id,
  name,
  state,
  reason: '',
});
const status = (...methods: NamesMethodStatus[]) => ({
  namesStatus: (): Promise<SystemNamesStatus> =>
    Promise.resolve({
      platform: 'linux',
      methods,
      choice: { methods: methods.map(({ id }) => id), because: '' },
      problems: [],
    }),
});
const canary = (reachedUs: boolean) => ({
  namesCheck: () =>
    Promise.resolve({
      name: 'mogoly-1.test',
      reachedUs,
      addresses: [],
      message: '"mogoly-1.test" did not come to our DNS: the system says ENOTFOUND.',
    }),
});
const wanting = (zones: string[], hosts: string[]) => ({ wanted: () => ({ zones, hosts }) });

describe('the system resolver', () => {
  it('that asks us is good; one that was not told is a warning that can be mended', async () => {
    const inactive = status(method('systemd-resolved', 'systemd-resolved', 'inactive'));
    expect(await findingsOf('resolver', { ...inactive, ...wanting(['test'], []), ...canary(true) })).toMatchObject([
      { status: 'good', message: 'A made-up name came to us: mogoly-1.test.' },
    ]);
    expect(await findingsOf('resolver', { ...inactive, ...wanting(['test'], []), ...canary(false) })).toMatchObject([
      { status: 'warning', remedy: { line: 'mogoly domain install', action: { kind: 'names.install' } } },
    ]);
  });

  it('is not needed for names under .localhost, nor asked for a made-up name where the hosts file does', async () => {
    expect(await findingsOf('resolver', wanting([], ['demo.localhost']))).toMatchObject([{ status: 'skipped' }]);
    const hosts = status(method('hosts-file', 'Hosts file', 'active'));
    expect(await findingsOf('resolver', { ...hosts, ...wanting([], ['shop.local']), ...canary(false) })).toMatchObject([
      { status: 'good', message: 'This system is told of the names by Hosts file.' },
    ]);
  });
});

describe('who answers in our place', () => {
  const routed = { ...status(method('systemd-resolved', 'systemd-resolved', 'active')), ...wanting(['test'], []) };

  it('does not matter before this system asks us, and is nobody where the canary comes through', async () => {
    expect(await findingsOf('override', wanting(['test'], []))).toMatchObject([{ status: 'skipped' }]);
    expect(await findingsOf('override', { ...routed, ...canary(true) })).toMatchObject([{ status: 'good' }]);
  });

  it('is the VPN that is up', async () => {
    const [finding] = await findingsOf('override', { ...routed, ...canary(false), links: () => ['lo', 'wg0', 'eth0'] });
    expect(finding).toMatchObject({ status: 'bad', remedy: { line: 'resolvectl status' } });
    expect(finding?.message).toContain('A VPN is up (wg0)');
  });

  it('on macOS is told by scutil, and may be Private Relay', async () => {
    const nwi =
      'Network information\n\nIPv4 network interface information\n   utun4 : flags      : 0x7 (IPv4,IPv6,DNS)\n     en0 : flags      : 0x5 (IPv4,DNS)\n';
    const mac = (stdout: string) => ({
      ...routed,
      ...canary(false),
      platform: 'darwin' as const,
      run: () => Promise.resolve({ code: 0, stdout, stderr: '' }),
    });
    expect((await findingsOf('override', mac(nwi)))[0]?.message).toContain('A VPN is up (utun4)');
    const [relay] = await findingsOf('override', mac('     en0 : flags      : 0x5 (IPv4,DNS)\n'));
    expect(relay?.message).toContain('iCloud Private Relay');
    expect(relay?.remedy).toMatchObject({ line: 'scutil --dns' });
  });
});

describe('names under .local', () => {
  it('want the hosts file, which takes no wildcard', async () => {
    const inactive = status(method('hosts-file', 'Hosts file', 'inactive'));
    const active = status(method('hosts-file', 'Hosts file', 'active'));
    expect(await findingsOf('local-names', wanting([], ['a.test']))).toMatchObject([{ status: 'skipped' }]);
    expect(await findingsOf('local-names', { ...inactive, ...wanting([], ['a.local']) })).toMatchObject([
      { status: 'warning', remedy: { action: { kind: 'names.install' } } },
    ]);
    expect(await findingsOf('local-names', { ...active, ...wanting([], ['a.local']) })).toMatchObject([
      { status: 'good' },
    ]);
    const [wild] = await findingsOf('local-names', { ...active, ...wanting([], ['a.local', '*.a.local']) });
    expect(wild?.message).toMatch(/^\*\.a\.local: .*takes whole names only\.$/);
    expect(wild?.remedy).toEqual({ title: 'Use names under .test, which have no such trouble.' });
  });
});
