/** The account at a directory: its key and URL, kept in `account.json` and used again. */
import { join } from 'node:path';
import type { Client } from 'acme-client';
import { createPrivateKey } from './acme-answers.ts';
import { readJson, writeSecretJson } from './acme-files.ts';
import type { Session } from './acme-session.ts';

interface AccountFile {
  directory: string;
  key: string;
  url?: string;
  email?: string;
}

export interface AccountOptions {
  session: Session;
  /** Folder of the directory. */
  folder: string;
  email: string | undefined;
  created: (url: string) => void;
}

/**
 * A client for the account: registered at first (which agrees to the authority's terms of service), read from disk
 * afterwards. Call it for one order at a time. Rejects with AcmeError, or with the error of the disk.
 */
export async function openAccount({ session, folder, email, created }: AccountOptions): Promise<Client> {
  const file = join(folder, 'account.json');
  const known = await readAccount(file, session.directory);
  const account: AccountFile = known ?? { directory: session.directory, key: await createPrivateKey() };
  const client = await session.connect(account.key, account.url);
  const contact = email === undefined ? [] : [`mailto:${email}`];
  if (account.url === undefined) {
    await writeSecretJson(file, account); // a key that is registered must not be lost
    await client.createAccount({ termsOfServiceAgreed: true, ...(contact.length > 0 ? { contact } : {}) });
    created(client.getAccountUrl());
  } else if (account.email !== email) {
    await client.updateAccount({ contact });
  } else return client;
  const { directory, key } = account;
  await writeSecretJson(file, {
    directory,
    key,
    url: client.getAccountUrl(),
    ...(email === undefined ? {} : { email }),
  });
  return client;
}

/** The authority knows the account no more: the key stays, it is registered anew. */
export async function forgetAccountUrl(folder: string, directory: string): Promise<void> {
  const file = join(folder, 'account.json');
  const known = await readAccount(file, directory);
  if (known) await writeSecretJson(file, { directory, key: known.key });
}

async function readAccount(file: string, directory: string): Promise<AccountFile | undefined> {
  const found = (await readJson(file).catch(() => undefined)) as Partial<AccountFile> | undefined; // a broken file is replaced
  if (found?.directory !== directory || typeof found.key !== 'string') return undefined;
  return found as AccountFile;
}
