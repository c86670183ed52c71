/** The login keychain of macOS: read by Safari, Chrome, curl and most of what is not Firefox or Node. */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { StepCommand, SystemStep } from '../../../../shared/system-change.ts';
import { OUR_NAME, type StoreDeps, type TrustedRoot, type TrustStore } from './store.ts';

export function macosKeychain({ run, userHome }: StoreDeps): TrustStore {
  const keychain = join(userHome, 'Library/Keychains/login.keychain-db');
  const security = (...args: string[]): StepCommand => ({ file: 'security', args });
  const hashOf = (pem: string): string => new X509Certificate(pem).fingerprint256.replaceAll(':', '');
  const ours = async (): Promise<string[]> => {
    const { stdout } = await run('security', ['find-certificate', '-a', '-Z', '-c', OUR_NAME, keychain]);
    return [...stdout.matchAll(/SHA-256 hash: ([0-9A-F]{64})/g)].map(([, hash]) => hash!);
  };
  const add = ({ file }: TrustedRoot): StepCommand =>
    security('add-trusted-cert', '-r', 'trustRoot', '-k', keychain, file);
  const drop = (hash: string): StepCommand => security('delete-certificate', '-Z', hash, '-t', keychain);
  const step = (title: string, commands: StepCommand[], undo: StepCommand[]): SystemStep => ({
    title,
    privileged: false, // the system asks for itself
    commands,
    writes: [keychain],
    undo,
  });
  return {
    id: 'system',
    name: 'macOS login keychain',
    isSystem: true,
    async state(root) {
      const found = await ours();
      const detail = 'Read by Safari, Chrome and curl.';
      if (found.includes(hashOf(root.pem))) return { state: 'trusted', detail };
      return { state: found.length > 0 ? 'otherRoot' : 'notTrusted', detail };
    },
    async installSteps(root) {
      const found = await ours();
      const hash = hashOf(root.pem);
      const former = found.filter((other) => other !== hash);
      if (found.includes(hash) && former.length === 0) return [];
      const commands = [...former.map(drop), ...(found.includes(hash) ? [] : [add(root)])];
      return [step('Trust the local CA in the login keychain', commands, [drop(hash)])];
    },
    async removeSteps(root) {
      const found = await ours();
      return found.length === 0
        ? []
        : [step('Remove the local CA from the login keychain', found.map(drop), [add(root)])];
    },
  };
}
