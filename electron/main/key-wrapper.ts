/** The key of the local CA, wrapped by the keychain of the system. */
import { safeStorage } from 'electron';
import type { KeyWrapper } from '../engine/tls/contexts.ts';

const LABELS: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'macOS Keychain',
  win32: 'Windows Data Protection',
};

/** Undefined where there is no keychain, or one that would only hide the key behind a fixed password. After ready. */
export function keychainWrapper(): KeyWrapper | undefined {
  if (!safeStorage.isEncryptionAvailable()) return undefined;
  const backend = process.platform === 'linux' ? safeStorage.getSelectedStorageBackend() : undefined;
  if (backend === 'basic_text' || backend === 'unknown') return undefined;
  return {
    wrap: (bytes) => safeStorage.encryptString(bytes.toString('base64')),
    unwrap: (bytes) => Buffer.from(safeStorage.decryptString(bytes), 'base64'),
    label: LABELS[process.platform] ?? `the keychain (${backend ?? process.platform})`,
  };
}
