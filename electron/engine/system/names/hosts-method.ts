/** The hosts file of any system: each host by its name, without wildcards and without our DNS. */
import { readFile } from 'node:fs/promises';
import { failure, problem, success, type Result } from '../../../../shared/problem.ts';
import type { SystemStep } from '../../../../shared/system-change.ts';
import {
  decodeHostsFile,
  readHostsBlock,
  removeHostsBlock,
  sameHosts,
  splitHosts,
  writeHostsBlock,
} from '../hosts-file.ts';
import type { HostsEntry } from '../hosts-file.ts';
import { under, type MethodDeps, type MethodState, type MethodWants, type NamesMethod } from './method.ts';
import { flushMacOs } from './resolver-folder.ts';
import { commandStep, writeHostsStep } from '../steps.ts';

export function hostsMethod(deps: MethodDeps): NamesMethod {
  const path = under(deps, deps.platform === 'win32' ? '/Windows/System32/drivers/etc/hosts' : '/etc/hosts');
  const read = (): Promise<Result<string>> => readHosts(path);
  const write = async (title: string, from: Result<string>, next: Result<string>): Promise<Result<SystemStep[]>> => {
    if (!from.ok) return from;
    if (!next.ok) return next;
    if (next.value === from.value) return success([], next.warnings);
    const step = writeHostsStep(title, path, next.value, deps.platform);
    return success([step, ...flushSteps(deps)], next.warnings);
  };
  return {
    id: 'hosts-file',
    name: 'hosts file',
    async applicable() {
      return { ok: true, reason: 'Every system reads a hosts file.' };
    },
    async state(wanted) {
      const text = await read();
      const block = text.ok ? readHostsBlock(text.value) : text;
      return block.ok ? stateOf(block.value, entriesOf(wanted)) : { state: 'unavailable', reason: firstOf(block) };
    },
    async installSteps(wanted) {
      const text = await read();
      const entries = entriesOf(wanted);
      const next = text.ok ? writeHostsBlock(text.value, entries, deps.platform) : text;
      const title = entries.length === 0 ? 'Take our block out of the hosts file' : 'Put our hosts into the hosts file';
      return write(title, text, next);
    },
    async removeSteps() {
      const text = await read();
      return write('Take our block out of the hosts file', text, text.ok ? removeHostsBlock(text.value) : text);
    },
  };
}

/** A missing file is an empty one; one that cannot be read must not be written over. */
async function readHosts(path: string): Promise<Result<string>> {
  try {
    return decodeHostsFile(await readFile(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT') return success('');
    return failure(
      problem('HOSTS_UNREADABLE', `The hosts file ${path} cannot be read: ${code}.`, {
        fix: 'See who may read it, then try again.',
      }),
    );
  }
}

const entriesOf = ({ hosts, addresses }: MethodWants): HostsEntry[] =>
  splitHosts(hosts).exact.map((host) => ({ host, addresses }));

function stateOf(have: HostsEntry[] | undefined, wanted: HostsEntry[]): MethodState {
  if (have === undefined && wanted.length === 0) return { state: 'inactive', reason: 'No host needs the hosts file.' };
  if (have === undefined) return { state: 'inactive', reason: 'There is no block of ours in the hosts file.' };
  return sameHosts(have, wanted)
    ? { state: 'active', reason: `The hosts file has ${wanted.length} of our hosts.` }
    : { state: 'stale', reason: 'The block in the hosts file is that of another config.' };
}

const firstOf = (failed: { problems: { message: string }[] }): string => failed.problems[0]?.message ?? 'It is broken.';

/** systemd-resolved and the C library see a new hosts file by themselves. */
function flushSteps({ platform }: MethodDeps): SystemStep[] {
  if (platform === 'darwin') return [flushMacOs()];
  if (platform !== 'win32') return [];
  return [commandStep('Empty the DNS cache of Windows', [{ file: 'ipconfig.exe', args: ['/flushdns'] }])];
}
