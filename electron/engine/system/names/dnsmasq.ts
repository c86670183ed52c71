/** dnsmasq, by itself or as NetworkManager's plugin: a `server=/zone/` line for each zone (dnsmasq(8)). */
import type { SystemStep } from '../../../../shared/system-change.ts';
import { listFolder, readText } from '../files.ts';
import { nameServers, OUR_MARK, under, type MethodDeps, type MethodWants, type NamesMethod } from './method.ts';
import { installOneFile, oneFileState, removeOneFile, type OneFile } from './one-file.ts';
import { commandStep } from '../steps.ts';

const NETWORK_MANAGER: OneFile = {
  path: '/etc/NetworkManager/dnsmasq.d/mogoly.conf',
  reader: "NetworkManager's dnsmasq",
  // "dns-full" starts the plugin anew, which is how it reads its folder (nmcli(1)).
  reload: (): SystemStep =>
    commandStep('Restart the dnsmasq of NetworkManager', [{ file: 'nmcli', args: ['general', 'reload', 'dns-full'] }]),
};

const PLAIN: OneFile = {
  path: '/etc/dnsmasq.d/mogoly.conf',
  reader: 'dnsmasq',
  // A HUP does not read the configuration again (dnsmasq(8), NOTES).
  reload: (): SystemStep =>
    commandStep('Restart dnsmasq', [{ file: 'systemctl', args: ['restart', 'dnsmasq.service'] }]),
};

const PID_FILES = ['/run/dnsmasq/dnsmasq.pid', '/run/dnsmasq.pid'];
const MANAGER_FOLDERS = ['/usr/lib/NetworkManager/conf.d', '/run/NetworkManager/conf.d', '/etc/NetworkManager/conf.d'];

export const networkManager = (deps: MethodDeps): NamesMethod => ({
  id: 'network-manager',
  name: 'NetworkManager with dnsmasq',
  applicable: () => managerUsesDnsmasq(deps),
  ...oneFileMethod(deps, NETWORK_MANAGER),
});

export const dnsmasq = (deps: MethodDeps): NamesMethod => ({
  id: 'dnsmasq',
  name: 'dnsmasq',
  applicable: () => dnsmasqIsAsked(deps),
  ...oneFileMethod(deps, PLAIN),
});

const oneFileMethod = (deps: MethodDeps, file: OneFile) => ({
  state: (wanted: MethodWants) => oneFileState(deps, file, dnsmasqFile(wanted)),
  installSteps: (wanted: MethodWants) => installOneFile(deps, file, dnsmasqFile(wanted)),
  removeSteps: () => removeOneFile(deps, file),
});

/** Loopback answers pass for these zones even where `stop-dns-rebind` drops them for others. */
function dnsmasqFile({ zones, dns }: MethodWants): string {
  const lines = zones.flatMap((zone) => [`server=/${zone}/${dns.address}#${dns.port}`, `rebind-domain-ok=/${zone}/`]);
  return `${OUR_MARK}\n${lines.join('\n')}\n`;
}

async function managerUsesDnsmasq(deps: MethodDeps): Promise<{ ok: boolean; reason: string }> {
  if (deps.platform !== 'linux') return { ok: false, reason: 'Only Linux has NetworkManager.' };
  if ((await listFolder(under(deps, '/run/NetworkManager'))).length === 0)
    return { ok: false, reason: 'NetworkManager does not run.' };
  return (await managerDns(deps)) === 'dnsmasq'
    ? { ok: true, reason: 'NetworkManager runs dnsmasq for the names.' }
    : { ok: false, reason: 'NetworkManager is not told to use dnsmasq.' };
}

/** The last `dns=` in `[main]`, in the order in which NetworkManager reads its files (NetworkManager.conf(5)). */
async function managerDns(deps: MethodDeps): Promise<string | undefined> {
  const paths: string[] = [];
  for (const folder of MANAGER_FOLDERS) {
    const names = await listFolder(under(deps, folder));
    paths.push(...names.filter((name) => name.endsWith('.conf')).map((name) => `${folder}/${name}`));
  }
  let dns: string | undefined;
  for (const path of ['/etc/NetworkManager/NetworkManager.conf', ...paths])
    dns = mainDns((await readText(under(deps, path))) ?? '') ?? dns;
  return dns;
}

function mainDns(text: string): string | undefined {
  let section = '';
  let dns: string | undefined;
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line.startsWith('[')) section = line;
    const [key, value] = line.split('=');
    if (section === '[main]' && key?.trim() === 'dns') dns = value?.trim();
  }
  return dns;
}

async function dnsmasqIsAsked(deps: MethodDeps): Promise<{ ok: boolean; reason: string }> {
  if (deps.platform !== 'linux') return { ok: false, reason: 'Only on Linux is dnsmasq looked for.' };
  const pids = await Promise.all(PID_FILES.map((path) => readText(under(deps, path))));
  if (pids.every((pid) => pid === undefined)) return { ok: false, reason: 'dnsmasq does not run.' };
  if (!(await nameServers(deps)).some((address) => address.startsWith('127.') || address === '::1'))
    return { ok: false, reason: 'dnsmasq runs, but /etc/resolv.conf does not lead to it.' };
  return { ok: true, reason: 'dnsmasq runs on this machine and is asked.' };
}
