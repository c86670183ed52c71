/** macOS: one file in `/etc/resolver` for each zone names our DNS as its resolver, on any port (resolver(5)). */
import { success } from '../../../../shared/problem.ts';
import { fileTaken, isOurs, OUR_MARK, under, type MethodDeps, type NamesMethod } from './method.ts';
import { listFolder, readText } from '../files.ts';
import { commandStep, deleteFileStep, writeFileStep } from '../steps.ts';

const FOLDER = '/etc/resolver';

export function resolverFiles(deps: MethodDeps): NamesMethod {
  const pathOf = (zone: string): string => under(deps, `${FOLDER}/${zone}`);
  const ourZones = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    for (const zone of await listFolder(under(deps, FOLDER))) {
      const text = await readText(pathOf(zone));
      if (text !== undefined && isOurs(text)) found.set(zone, text);
    }
    return found;
  };
  return {
    id: 'resolver-files',
    name: 'macOS resolver files',
    async applicable() {
      return deps.platform === 'darwin'
        ? { ok: true, reason: 'macOS reads /etc/resolver.' }
        : { ok: false, reason: 'Only macOS reads /etc/resolver.' };
    },
    async state({ zones, dns }) {
      const have = await ourZones();
      if (have.size === 0) return { state: 'inactive', reason: 'There is no file of ours in /etc/resolver.' };
      const isSame = have.size === zones.length && zones.every((zone) => have.get(zone) === resolverFile(dns));
      return isSame
        ? { state: 'active', reason: `/etc/resolver sends ${dots(zones)} to ${dns.address} port ${dns.port}.` }
        : { state: 'stale', reason: 'The files in /etc/resolver are those of another config.' };
    },
    async installSteps({ zones, dns }) {
      const have = await ourZones();
      const stale = [...have.keys()].filter((zone) => !zones.includes(zone));
      const steps = await Promise.all(stale.map((zone) => deleteFileStep(`Stop asking for .${zone}`, pathOf(zone))));
      for (const zone of zones) {
        const text = have.get(zone);
        if (text === resolverFile(dns)) continue;
        if (text === undefined && (await readText(pathOf(zone))) !== undefined) return fileTaken(`${FOLDER}/${zone}`);
        steps.push(await writeFileStep(`Ask our DNS for .${zone}`, pathOf(zone), resolverFile(dns)));
      }
      return success(steps.length === 0 ? [] : [...steps, flushMacOs()]);
    },
    async removeSteps() {
      const zones = [...(await ourZones()).keys()];
      const steps = await Promise.all(zones.map((zone) => deleteFileStep(`Stop asking for .${zone}`, pathOf(zone))));
      return success(steps.length === 0 ? [] : [...steps, flushMacOs()]);
    },
  };
}

const resolverFile = ({ address, port }: { address: string; port: number }): string =>
  `${OUR_MARK}\nnameserver ${address}\nport ${port}\n`;

const dots = (zones: readonly string[]): string => zones.map((zone) => `.${zone}`).join(', ');

/** The system's own caches; mDNSResponder reads its files again on HUP. */
export const flushMacOs = () =>
  commandStep('Empty the DNS cache of macOS', [
    { file: '/usr/bin/dscacheutil', args: ['-flushcache'] },
    { file: '/usr/bin/killall', args: ['-HUP', 'mDNSResponder'] },
  ]);
