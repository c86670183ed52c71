/** What would be done on macOS, Windows and Linux: the exact files and commands, and what each way cannot do. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSystemNames } from '../../../../electron/engine/system/names/system-names.ts';
import type { StepCommand, SystemStep } from '../../../../shared/system-change.ts';
import { success, type Result } from '../../../../shared/problem.ts';
import type { NamesMethodId, WantedNames } from '../../../../shared/system-names.ts';
import { tempHome } from '../../../kit/temp-home.ts';

interface Machine {
  platform: NodeJS.Platform;
  wanted?: Partial<WantedNames>;
  files?: Record<string, string>;
  /** Standard output by the program and its last argument. */
  answers?: Record<string, string>;
}

const WANTED: WantedNames = {
  zones: ['test'],
  hosts: ['shop.test', 'shop.local', '*.wild.example'],
  dns: { address: '127.0.0.1', port: 5354 },
  addresses: ['127.0.0.1', '::1'],
};

function machine({ platform, wanted = {}, files = {}, answers = {} }: Machine) {
  const fsRoot = tempHome();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(fsRoot, path)), { recursive: true });
    writeFileSync(join(fsRoot, path), text);
  }
  const made: SystemStep[] = [];
  const events: string[] = [];
  const names = createSystemNames({
    platform,
    fsRoot,
    wanted: () => ({ ...WANTED, ...wanted }),
    run: async (file, args) => {
      const stdout = answers[file] ?? answers[args.at(-1) ?? ''];
      return { code: stdout === undefined ? 127 : 0, stdout: stdout ?? '' };
    },
    makeChanges: async (steps) => {
      made.push(...steps);
      for (const { args, file, input = '' } of steps.flatMap(({ commands }) => commands)) {
        if (file === 'tee') writeFileSync(String(args[0]), input);
        else if (file === 'mkdir') mkdirSync(String(args[1]), { recursive: true });
      }
      return success(undefined);
    },
    report: (name) => void events.push(name),
    lookup: async (name) => (name.endsWith('.test') ? ['127.0.0.1'] : ['11.0.0.9']),
  });
  const path = (name: string): string => join(fsRoot, name);
  return { names, made, events, path, read: (name: string) => readFileSync(path(name), 'utf8') };
}

const stepsOf = (result: Result<SystemStep[]>): SystemStep[] => {
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
};
const codes = (result: Result<unknown>): string[] =>
  (result.ok ? result.warnings : result.problems).map(({ code }) => code);
const lines = (commands: StepCommand[]): string[] => commands.map(({ file, args }) => [file, ...args].join(' '));
const MARK = '# Written by Mogoly; "mogoly domain" installs and removes it.\n';

describe('on macOS', () => {
  it('each zone gets a resolver file, hosts outside zones the hosts file, and the caches are emptied', async () => {
    const { names, path, read, events } = machine({
      platform: 'darwin',
      files: { '/etc/hosts': '127.0.0.1 localhost\n' },
    });
    const steps = stepsOf(await names.plan('install'));
    expect(steps.flatMap(({ commands }) => lines(commands))).toEqual([
      `mkdir -p ${path('/etc/resolver')}`,
      `tee ${path('/etc/resolver/test')}`,
      '/usr/bin/dscacheutil -flushcache',
      '/usr/bin/killall -HUP mDNSResponder',
      `tee ${path('/etc/hosts')}`,
      '/usr/bin/dscacheutil -flushcache',
      '/usr/bin/killall -HUP mDNSResponder',
    ]);
    expect(lines(steps[0]?.undo ?? [])).toEqual([`rm -f ${path('/etc/resolver/test')}`]);
    expect(lines(steps[2]?.undo ?? [])).toEqual([`sed -i  /^# mogoly begin/,/^# mogoly end/d ${path('/etc/hosts')}`]);
    expect(codes(await names.install())).toEqual(['NAMES_LOCAL', 'NAMES_WILDCARD']);
    expect(read('/etc/resolver/test')).toBe(`${MARK}nameserver 127.0.0.1\nport 5354\n`);
    expect(read('/etc/hosts')).toContain('::1\tshop.local\n');
    expect(stepsOf(await names.plan('install'))).toEqual([]);
    expect(events).toEqual(['names.installed']);
    const { choice, methods } = await names.status();
    expect(choice.methods).toEqual(['resolver-files', 'hosts-file']);
    expect(methods.filter(({ state }) => state === 'active')).toHaveLength(2);
    expect(stepsOf(await names.plan('remove')).map(({ title }) => title)).toEqual([
      'Stop asking for .test',
      'Empty the DNS cache of macOS',
      'Take our block out of the hosts file',
      'Empty the DNS cache of macOS',
    ]);
  });

  it('a file of a zone that is gone goes, and one of somebody else stays', async () => {
    const ours = machine({ platform: 'darwin', files: { '/etc/resolver/old': `${MARK}nameserver 127.0.0.1\n` } });
    const [first] = stepsOf(await ours.names.plan('install', 'resolver-files'));
    expect(lines(first?.commands ?? [])).toEqual([`rm -f ${ours.path('/etc/resolver/old')}`]);
    const theirs = machine({ platform: 'darwin', files: { '/etc/resolver/test': 'nameserver 10.0.0.1\n' } });
    expect(codes(await theirs.names.install())).toEqual(['NAMES_FILE_TAKEN']);
    expect(theirs.made).toEqual([]);
  });
});

describe('on Windows', () => {
  const HOSTS = '/Windows/System32/drivers/etc/hosts';

  it('a rule for each zone where our DNS is on port 53', async () => {
    const dns = { address: '127.0.0.1', port: 53 };
    const { names } = machine({ platform: 'win32', wanted: { hosts: [], dns }, files: { [HOSTS]: '' } });
    const [step] = stepsOf(await names.plan('install'));
    const scripts = step?.commands.map(({ args }) => args.at(-1));
    const remove = "Get-DnsClientNrptRule | Where-Object { $_.Comment -eq 'Mogoly' } | Remove-DnsClientNrptRule -Force";
    expect(scripts).toEqual([
      remove,
      "Add-DnsClientNrptRule -Namespace '.test' -NameServers '127.0.0.1' -Comment 'Mogoly'",
      '/flushdns',
    ]);
    expect(step?.undo[0]?.args).toEqual(['-NoProfile', '-NonInteractive', '-Command', remove]);
  });

  it('its rules are known again, and removed', async () => {
    const dns = { address: '127.0.0.1', port: 53 };
    const answers = { 'powershell.exe': '.test 127.0.0.1\r\n' };
    const { names } = machine({ platform: 'win32', wanted: { hosts: [], dns }, answers });
    expect(stepsOf(await names.plan('install'))).toEqual([]);
    expect(stepsOf(await names.plan('remove')).map(({ title }) => title)).toEqual([
      'Remove our name resolution policy',
    ]);
  });

  it('the hosts file with CRLF where our DNS is on another port, and the reason is told', async () => {
    const { names } = machine({ platform: 'win32', files: { [HOSTS]: '# Windows\r\n' } });
    const { choice } = await names.status();
    expect(choice.methods).toEqual(['hosts-file']);
    expect(choice.because).toContain('asks only port 53');
    const [step] = stepsOf(await names.plan('install'));
    const text = Buffer.from(step?.commands[0]?.input ?? '', 'base64').toString();
    expect(text).toBe(
      '# Windows\r\n# mogoly begin\r\n127.0.0.1\tshop.test\r\n::1\tshop.test\r\n127.0.0.1\tshop.local\r\n::1\tshop.local\r\n# mogoly end\r\n',
    );
  });
});

describe('on Linux', () => {
  const RESOLVED = {
    '/run/systemd/resolve/stub-resolv.conf': '',
    '/etc/resolv.conf': 'nameserver 127.0.0.53\n',
    '/etc/hosts': '',
  };
  const resolved = (version: string, more: Partial<Machine> = {}) =>
    machine({ platform: 'linux', files: RESOLVED, answers: { resolvectl: `systemd ${version} (x)\n` }, ...more });

  it.each([
    ['252', '/etc/systemd/resolved.conf.d/mogoly.conf', '[Resolve]'],
    ['258.1', '/etc/systemd/dns-delegate.d/mogoly.dns-delegate', '[Delegate]'],
  ])('systemd-resolved %s reads %s', async (version, file, section) => {
    const { names, read } = resolved(version, { wanted: { zones: ['test', 'dev.example', 'local'] } });
    await names.install();
    expect(read(file)).toBe(`${MARK}${section}\nDNS=127.0.0.1:5354\nDomains=~test ~dev.example\n`);
    expect((await names.status()).methods.find(({ id }) => id === 'systemd-resolved')?.state).toBe('active');
  });

  it('systemd-resolved before 246 needs port 53', async () => {
    expect((await resolved('245').names.status()).choice.methods).toEqual(['hosts-file']);
    const on53 = resolved('245', { wanted: { dns: { address: '0.0.0.0', port: 53 } } });
    await on53.names.install();
    expect(on53.read('/etc/systemd/resolved.conf.d/mogoly.conf')).toContain('DNS=127.0.0.1\n');
  });

  it('NetworkManager with dnsmasq gets a file in its folder', async () => {
    const files = {
      '/run/NetworkManager/resolv.conf': '',
      '/etc/NetworkManager/NetworkManager.conf': '[main]\nplugins=keyfile\n',
      '/etc/NetworkManager/conf.d/dns.conf': '[main]\ndns=dnsmasq\n',
      '/etc/hosts': '',
    };
    const { names, read, made } = machine({ platform: 'linux', files });
    await names.install();
    expect(read('/etc/NetworkManager/dnsmasq.d/mogoly.conf')).toBe(
      `${MARK}server=/test/127.0.0.1#5354\nrebind-domain-ok=/test/\n`,
    );
    expect(lines(made[1]?.commands ?? [])).toEqual(['nmcli general reload dns-full']);
  });

  it('a DNS that is off leaves the hosts file, and a method that cannot be is refused with its reason', async () => {
    const { names } = resolved('252', { wanted: { dns: undefined } });
    expect((await names.status()).choice).toMatchObject({ methods: ['hosts-file'] });
    expect(codes(await names.plan('install'))).toContain('NAMES_DNS_OFF');
    for (const [method, code] of [
      ['nrpt', 'NAMES_METHOD_UNAVAILABLE'],
      ['systemd-resolved', 'NAMES_DNS_OFF'],
    ]) {
      expect(codes(await names.plan('install', method as NamesMethodId))).toEqual([code]);
    }
  });

  it('a hosts file with half a block is left alone', async () => {
    const { names, made, events } = machine({ platform: 'linux', files: { '/etc/hosts': '# mogoly begin\n' } });
    expect(codes(await names.install())).toEqual(['HOSTS_BLOCK_BROKEN']);
    expect(made).toEqual([]);
    expect(events).toEqual(['names.failed']);
  });
});

describe('the canary', () => {
  it('says whether the question came to us, by what our DNS saw or by the answer', async () => {
    const { names } = machine({ platform: 'linux' });
    expect(await names.check()).toMatchObject({ reachedUs: true, addresses: ['127.0.0.1'] });
    expect(await names.check('www.example.com')).toMatchObject({ reachedUs: false, addresses: ['11.0.0.9'] });
    const none = machine({ platform: 'linux', wanted: { zones: ['local'] } });
    expect((await none.names.check()).message).toContain('no zone');
  });
});
