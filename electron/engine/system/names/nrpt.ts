/** Windows: a rule of the Name Resolution Policy Table for each zone; such a rule knows no port, so our DNS must be on 53. */
import { success } from '../../../../shared/problem.ts';
import type { MethodDeps, MethodState, MethodWants, NamesMethod } from './method.ts';
import type { StepCommand } from '../../../../shared/system-change.ts';
import { commandStep, powershell } from '../steps.ts';

const DNS_PORT = 53;
/** Comment of each rule that is ours. */
const COMMENT = 'Mogoly';

const OUR_RULES = `Get-DnsClientNrptRule | Where-Object { $_.Comment -eq '${COMMENT}' }`;

export function nrpt(deps: MethodDeps): NamesMethod {
  return {
    id: 'nrpt',
    name: 'Windows name resolution policy',
    async applicable() {
      return deps.platform === 'win32'
        ? { ok: true, reason: 'Windows has a name resolution policy.' }
        : { ok: false, reason: 'Only Windows has a name resolution policy.' };
    },
    state: (wanted) => nrptState(deps, wanted),
    async installSteps(wanted) {
      const { state } = await nrptState(deps, wanted);
      if (state === 'active' || wanted.zones.length === 0) return success([]);
      const add = wanted.zones.map((zone) => powershell(addRule(zone, wanted.dns.address)));
      return success([
        commandStep(
          `Ask our DNS for ${wanted.zones.map((zone) => `.${zone}`).join(', ')}`,
          [powershell(REMOVE), ...add, FLUSH],
          [powershell(REMOVE), FLUSH],
        ),
      ]);
    },
    async removeSteps() {
      const rules = await ourRules(deps);
      if (rules.length === 0) return success([]);
      const restore = rules.map(({ namespace, server }) => powershell(addRule(namespace.replace(/^\./, ''), server)));
      return success([
        commandStep('Remove our name resolution policy', [powershell(REMOVE), FLUSH], [...restore, FLUSH]),
      ]);
    },
  };
}

const REMOVE = `${OUR_RULES} | Remove-DnsClientNrptRule -Force`;
const FLUSH: StepCommand = { file: 'ipconfig.exe', args: ['/flushdns'] };

/** The zone is a plain name and the address an address: nothing in them ends the quotes. */
const addRule = (zone: string, address: string): string =>
  `Add-DnsClientNrptRule -Namespace '.${zone}' -NameServers '${address}' -Comment '${COMMENT}'`;

interface Rule {
  namespace: string;
  server: string;
}

async function nrptState(deps: MethodDeps, { zones, dns }: MethodWants): Promise<MethodState> {
  if (dns.port !== DNS_PORT)
    return { state: 'unavailable', reason: `A rule of Windows asks only port ${DNS_PORT}; our DNS is on ${dns.port}.` };
  const rules = await ourRules(deps);
  if (rules.length === 0) return { state: 'inactive', reason: 'There is no rule of ours.' };
  const isSame =
    rules.length === zones.length &&
    zones.every((zone) => rules.some(({ namespace, server }) => namespace === `.${zone}` && server === dns.address));
  return isSame
    ? { state: 'active', reason: `Windows asks ${dns.address} for our zones.` }
    : { state: 'stale', reason: 'Our rules are those of another config.' };
}

async function ourRules(deps: MethodDeps): Promise<Rule[]> {
  if (deps.platform !== 'win32') return [];
  const list = `@(${OUR_RULES} | ForEach-Object { "$($_.Namespace) $($_.NameServers)" })`;
  const { file, args } = powershell(list);
  const { code, stdout } = await deps.run(file, args);
  if (code !== 0) return [];
  return stdout.split(/\r?\n/).flatMap((line) => {
    const [namespace, server] = line.trim().split(/\s+/);
    return namespace && server && /^\.[\w.-]+$/.test(namespace) && /^[\da-fA-F.:]+$/.test(server)
      ? [{ namespace, server }]
      : [];
  });
}
