/** One order at the authority, from its names to the chain (RFC 8555 section 7.4). */
import type { Authorization, Client, Order } from 'acme-client';
import type { OrderCreateRequest } from 'acme-client/types/rfc8555';
import type { AcmeChallenge } from '../../../shared/acme-config.ts';
import { problem } from '../../../shared/problem.ts';
import { createPrivateKey } from './acme-answers.ts';
import { AcmeError } from './acme-error.ts';
import { poll, prove, type ProofDeps } from './acme-prove.ts';
import { certificateId } from './acme-renewal.ts';
import { loadAcmeClient } from './acme-session.ts';
import { detailOf } from './acme-transport.ts';

export interface OrderOptions extends Omit<ProofDeps, 'undo'> {
  hosts: readonly string[];
  /** Wildcards are proved by dns-01 whatever it says. */
  challenge: AcmeChallenge;
  /** PEM of the certificate it takes the place of, told to the authority (RFC 9773 section 5). */
  replaces: string | undefined;
}

/** The chain and its new key, both PEM. Rejects with AcmeError, or with the signal's reason. */
export async function runOrder(options: OrderOptions): Promise<{ cert: string; key: string }> {
  const { session, client, hosts } = options;
  const order = await createOrder(options);
  const authorizations = await client.getAuthorizations(order);
  await proveAll(authorizations, options);
  const key = await createPrivateKey();
  const { crypto } = await loadAcmeClient();
  const [, csr] = await crypto.createCsr({ altNames: [...hosts] }, key);
  session.signal.throwIfAborted();
  await poll(session, async () => asReady(await client.getOrder(order)));
  await client.finalizeOrder(order, csr);
  const done = await poll(session, () => client.getOrder(order));
  if (done.status !== 'valid') throw refused(done);
  return { cert: await client.getCertificate(done), key };
}

/** Each is seen to its end before any answer is taken away. */
async function proveAll(authorizations: readonly Authorization[], options: OrderOptions): Promise<void> {
  const undo: ProofDeps['undo'] = [];
  const open = authorizations.filter(({ status }) => status === 'pending');
  const proofs = await Promise.allSettled(
    open.map((one) => prove(one, one.wildcard === true ? 'dns-01' : options.challenge, { ...options, undo })),
  );
  await Promise.all(undo.map(async (act) => act()));
  for (const proof of proofs) if (proof.status === 'rejected') throw proof.reason;
}

/** `pending` right after the last proof means that the authority has not noticed yet; `invalid` is the end. */
function asReady(order: Order): Order {
  if (order.status === 'invalid') throw refused(order);
  return order;
}

async function createOrder({ session, client, hosts, replaces }: OrderOptions): Promise<Order> {
  const identifiers = hosts.map((value) => ({ type: 'dns', value }));
  const { renewalInfo } = await session.readDirectory();
  const replaced = renewalInfo === undefined || replaces === undefined ? undefined : certificateId(replaces);
  if (replaced === undefined) return client.createOrder({ identifiers });
  try {
    const request: OrderCreateRequest & { replaces: string } = { identifiers, replaces: replaced };
    return await client.createOrder(request);
  } catch (error) {
    // Replaced before, or not this authority's: the order stands without it.
    if (!(error instanceof AcmeError) || !REPLACES_REFUSED.has(error.type ?? '')) throw error;
    return createPlain(client, identifiers);
  }
}

const REPLACES_REFUSED = new Set(['alreadyReplaced', 'malformed', 'conflict']);
const createPlain = (client: Client, identifiers: { type: string; value: string }[]): Promise<Order> =>
  client.createOrder({ identifiers });

function refused({ error, identifiers }: Order): AcmeError {
  const names = identifiers.map(({ value }) => value).join(', ');
  const cause = problem('ACME_ORDER_REFUSED', `The authority refused the order for ${names}: ${detailOf(error)}.`, {
    fix: 'Mend what the authority names, then renew by hand or apply again.',
  });
  return new AcmeError(cause);
}
