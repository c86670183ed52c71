/** The user's root store of Windows: read by Chrome, Edge, PowerShell and curl. */
import { X509Certificate } from 'node:crypto';
import { readText } from '../files.ts';
import type { StepCommand, SystemStep } from '../../../../shared/system-change.ts';
import type { StoreDeps, TrustedRoot, TrustStore } from './store.ts';

export function windowsRoots({ run }: StoreDeps): TrustStore {
  const certutil = (...args: string[]): StepCommand => ({ file: 'certutil.exe', args: ['-user', ...args] });
  /** The store names certificates by their SHA-1. */
  const hashOf = (pem: string): string => new X509Certificate(pem).fingerprint.replaceAll(':', '').toLowerCase();
  const has = async (hash: string): Promise<boolean> =>
    (await run('certutil.exe', ['-user', '-store', 'Root', hash])).code === 0;
  const formerHashes = async ({ former }: TrustedRoot): Promise<string[]> => {
    const texts = await Promise.all(former.map(readText));
    const hashes = texts.flatMap((pem) => (pem === undefined ? [] : [hashOf(pem)]));
    const found = await Promise.all(hashes.map(has));
    return hashes.filter((_, i) => found[i]);
  };
  const add = ({ file }: TrustedRoot): StepCommand => certutil('-addstore', 'Root', file);
  const drop = (hash: string): StepCommand => certutil('-delstore', 'Root', hash);
  const step = (title: string, commands: StepCommand[], undo: StepCommand[]): SystemStep => ({
    title,
    privileged: false, // Windows asks for itself
    commands,
    writes: [],
    undo,
  });
  return {
    id: 'system',
    name: 'Windows root store',
    isSystem: true,
    async state(root) {
      const detail = 'Read by Chrome, Edge, PowerShell and curl.';
      if (await has(hashOf(root.pem))) return { state: 'trusted', detail };
      return { state: (await formerHashes(root)).length > 0 ? 'otherRoot' : 'notTrusted', detail };
    },
    async installSteps(root) {
      const hash = hashOf(root.pem);
      const former = await formerHashes(root);
      const isThere = await has(hash);
      if (isThere && former.length === 0) return [];
      return [
        step(
          'Trust the local CA in the Windows root store',
          [...former.map(drop), ...(isThere ? [] : [add(root)])],
          [drop(hash)],
        ),
      ];
    },
    async removeSteps(root) {
      const hash = hashOf(root.pem);
      const isThere = await has(hash);
      const all = [...(isThere ? [hash] : []), ...(await formerHashes(root))];
      if (all.length === 0) return [];
      return [step('Remove the local CA from the Windows root store', all.map(drop), isThere ? [add(root)] : [])];
    },
  };
}
