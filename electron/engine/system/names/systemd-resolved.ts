/**
 * systemd-resolved: a routing domain for each zone (resolved.conf(5)).
 *
 * From version 258 a file in `dns-delegate.d` gives the zones a scope of their own, and nothing else is asked of us. Older
 * ones have only the global scope, whose servers are also asked for names that no route claims, beside those of the
 * network: the first answer counts, measured with version 252. Our DNS forwards such names, so the answers are right. A
 * link of its own would avoid that, but would need a unit that makes it at each boot, so it is not used.
 */
import { success } from '../../../../shared/problem.ts';
import { readText } from '../files.ts';
import { isOurs, nameServers, OUR_MARK, under, type MethodDeps, type MethodWants, type NamesMethod } from './method.ts';
import { installOneFile, oneFileState, removeOneFile, type OneFile } from './one-file.ts';
import { commandStep } from '../steps.ts';

/** The first that takes a port with the address of a server. */
const VERSION_WITH_PORTS = 246;
/** The first with dns-delegate files. */
const VERSION_WITH_DELEGATES = 258;
const DNS_PORT = 53;

const STUBS = ['127.0.0.53', '127.0.0.54'];

const reload = () =>
  commandStep('Make systemd-resolved read its files', [
    { file: 'systemctl', args: ['reload-or-restart', 'systemd-resolved.service'] },
  ]);

const DROP_IN: OneFile = { path: '/etc/systemd/resolved.conf.d/mogoly.conf', reader: 'systemd-resolved', reload };
const DELEGATE: OneFile = {
  path: '/etc/systemd/dns-delegate.d/mogoly.dns-delegate',
  reader: 'systemd-resolved',
  reload,
};

export function systemdResolved(deps: MethodDeps): NamesMethod {
  const version = async (): Promise<number> => {
    const { code, stdout } = await deps.run('resolvectl', ['--version']);
    return code === 0 ? Number(/^systemd (\d+)/.exec(stdout)?.[1] ?? 0) : 0;
  };
  const fileFor = async (): Promise<OneFile> => ((await version()) >= VERSION_WITH_DELEGATES ? DELEGATE : DROP_IN);
  return {
    id: 'systemd-resolved',
    name: 'systemd-resolved',
    applicable: () => isInUse(deps, version),
    async state(wanted) {
      if (wanted.dns.port !== DNS_PORT && (await version()) < VERSION_WITH_PORTS) return needsPort53();
      const file = await fileFor();
      const other = await readText(under(deps, (file === DELEGATE ? DROP_IN : DELEGATE).path));
      if (isOurs(other)) return { state: 'stale', reason: 'A file for another version of systemd-resolved is there.' };
      return oneFileState(deps, file, textOf(file, wanted));
    },
    async installSteps(wanted) {
      const file = await fileFor();
      const other = file === DELEGATE ? DROP_IN : DELEGATE;
      const old = await removeOneFile(deps, other);
      const next = await installOneFile(deps, file, textOf(file, wanted));
      if (!old.ok || !next.ok) return old.ok ? next : old;
      return success([...old.value, ...next.value]);
    },
    async removeSteps() {
      const steps = await Promise.all([DROP_IN, DELEGATE].map((file) => removeOneFile(deps, file)));
      return success(steps.flatMap((result) => (result.ok ? result.value : [])));
    },
  };
}

/** `~` makes it a route only, never a suffix for short names. */
function textOf(file: OneFile, { zones, dns }: MethodWants): string {
  const section = file === DELEGATE ? '[Delegate]' : '[Resolve]';
  const address = dns.address.includes(':') ? `[${dns.address}]` : dns.address;
  const server = dns.port === DNS_PORT ? dns.address : `${address}:${dns.port}`;
  return `${OUR_MARK}\n${section}\nDNS=${server}\nDomains=${zones.map((zone) => `~${zone}`).join(' ')}\n`;
}

const needsPort53 = () =>
  ({
    state: 'unavailable',
    reason: `systemd-resolved before version ${VERSION_WITH_PORTS} asks only port 53, and our DNS is on another.`,
  }) as const;

/** It runs, and the C library asks it: through its stub address or through nss-resolve. */
async function isInUse(deps: MethodDeps, version: () => Promise<number>): Promise<{ ok: boolean; reason: string }> {
  if (deps.platform !== 'linux') return { ok: false, reason: 'Only Linux has systemd-resolved.' };
  if ((await version()) === 0) return { ok: false, reason: 'There is no resolvectl here.' };
  const stub = await readText(under(deps, '/run/systemd/resolve/stub-resolv.conf'));
  if (stub === undefined) return { ok: false, reason: 'systemd-resolved does not run.' };
  const isAsked = (await nameServers(deps)).some((address) => STUBS.includes(address));
  const hosts = /^hosts:(.*)$/m.exec((await readText(under(deps, '/etc/nsswitch.conf'))) ?? '')?.[1] ?? '';
  if (isAsked || hosts.split(/\s+/).includes('resolve'))
    return { ok: true, reason: 'systemd-resolved runs and is asked.' };
  return { ok: false, reason: 'systemd-resolved runs, but /etc/resolv.conf does not lead to it.' };
}
