/** Passwords of services: one file of mode 0600 in the home folder, wrapped by the keychain where there is one. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { failure, problem, success, type Result } from '../../../shared/problem.ts';
import type { Credentials } from './catalogue.ts';

/** The keychain of the system. */
export interface SecretWrapper {
  wrap: (bytes: Buffer) => Buffer;
  /** Throws at what it has not wrapped itself. */
  unwrap: (bytes: Buffer) => Buffer;
  label: string;
}

export interface SecretFiles {
  /** Whole, with mode 0600. */
  write: (file: string, text: string) => Promise<void>;
  read: (file: string) => Promise<string | undefined>;
}

export interface Secrets {
  get: (service: string) => Promise<Result<Credentials | undefined>>;
  set: (service: string, credentials: Credentials) => Promise<Result<undefined>>;
  remove: (service: string) => Promise<Result<undefined>>;
}

interface Stored {
  version: 1;
  services?: Record<string, Credentials>;
  /** Base64 of the wrapped JSON, in place of `services`. */
  wrapped?: string;
}

/** 24 letters and digits are more than 128 bits, and need no quoting anywhere. */
const PASSWORD_LENGTH = 24;
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

export function makePassword(): string {
  let password = '';
  while (password.length < PASSWORD_LENGTH) {
    // Bytes past the last whole multiple would favour the first letters.
    for (const byte of randomBytes(PASSWORD_LENGTH))
      if (byte < 256 - (256 % LETTERS.length)) password += LETTERS[byte % LETTERS.length];
  }
  return password.slice(0, PASSWORD_LENGTH);
}

/** Errors: SECRETS_UNREADABLE, SECRETS_LOCKED, SECRETS_SAVE_FAILED. */
export function openSecrets(home: string, files: SecretFiles, wrapper?: SecretWrapper): Secrets {
  const file = join(home, 'services', 'secrets.json');
  let tail: Promise<unknown> = Promise.resolve();
  const alone = <T>(act: () => Promise<T>): Promise<T> => {
    const next = tail.then(act, act);
    tail = next.catch(() => undefined); // told to its own caller
    return next;
  };
  const load = async (): Promise<Result<Map<string, Credentials>>> => {
    try {
      const text = await files.read(file);
      if (text === undefined) return success(new Map());
      const stored = JSON.parse(text) as Stored;
      const services = stored.wrapped === undefined ? stored.services : unwrap(stored.wrapped, wrapper);
      if (services === undefined) return failure(locked(file));
      return success(new Map(Object.entries(services)));
    } catch (error) {
      return failure(unreadable(file, error));
    }
  };
  const change = (act: (all: Map<string, Credentials>) => void): Promise<Result<undefined>> =>
    alone(async () => {
      const all = await load();
      if (!all.ok) return all;
      act(all.value);
      return save(Object.fromEntries(all.value));
    });
  const save = async (services: Record<string, Credentials>): Promise<Result<undefined>> => {
    try {
      const stored: Stored =
        wrapper === undefined
          ? { version: 1, services }
          : { version: 1, wrapped: wrapper.wrap(Buffer.from(JSON.stringify(services))).toString('base64') };
      await files.write(file, `${JSON.stringify(stored, null, 2)}\n`);
      return success(undefined);
    } catch (error) {
      return failure(
        problem('SECRETS_SAVE_FAILED', `The passwords of the services cannot be saved: ${(error as Error).message}.`, {
          fix: 'Make room on the disk, or make the home folder writable.',
        }),
      );
    }
  };
  return {
    get: (service) =>
      alone(async () => {
        const all = await load();
        return all.ok ? success(all.value.get(service)) : all;
      }),
    set: (service, credentials) => change((all) => void all.set(service, credentials)),
    remove: (service) => change((all) => void all.delete(service)),
  };
}

function unwrap(text: string, wrapper: SecretWrapper | undefined): Record<string, Credentials> | undefined {
  if (wrapper === undefined) return undefined;
  return JSON.parse(wrapper.unwrap(Buffer.from(text, 'base64')).toString('utf8')) as Record<string, Credentials>;
}

const locked = (file: string) =>
  problem('SECRETS_LOCKED', `The passwords of the services, ${file}, are wrapped by the keychain of the app.`, {
    fix: 'Open the Mogoly app, or give the service a password in the config.',
  });

const unreadable = (file: string, error: unknown) =>
  problem(
    'SECRETS_UNREADABLE',
    `The passwords of the services, ${file}, cannot be read: ${(error as Error).message}.`,
    {
      fix: 'Make the file readable, or move it away: running services keep the passwords they have.',
    },
  );
