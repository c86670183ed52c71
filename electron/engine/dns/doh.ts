/** Questions over HTTPS (RFC 8484), on connections that are kept open. */
import { Resolver } from 'node:dns/promises';
import { Agent, request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isAnswerTo, withId } from './question.ts';
import { upstreamName, type Upstream } from './resolvers.ts';

/** To one server; further questions wait for one of them. */
const MAX_CONNECTIONS = 8;
const MAX_MESSAGE_BYTES = 65_535;

export interface DohClient {
  /** Rejects when the server is not there, does not answer in time, or answers something else. */
  ask: (url: string, query: Buffer, signal: AbortSignal, timeoutMs: number) => Promise<Buffer>;
  close: () => void;
}

export interface DohDeps {
  /** Who knows the addresses of the servers: the system's own resolver may be us, and would ask in a circle. */
  bootstrap: () => readonly Upstream[];
  /** Certificate authorities to trust instead of Node's, PEM. */
  ca?: string | undefined;
}

export function createDohClient({ bootstrap, ca }: DohDeps): DohClient {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS, ...(ca === undefined ? {} : { ca }) });
  const lookup = lookupWith(bootstrap);
  const post = (url: string, message: Buffer, signal: AbortSignal): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/dns-message',
        accept: 'application/dns-message',
        'content-length': message.length,
      };
      const outgoing = request(url, { method: 'POST', headers, agent, lookup, signal });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_MESSAGE_BYTES) response.destroy(new Error('an answer larger than a DNS message'));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const answer = Buffer.concat(chunks);
          if (response.statusCode === 200 && isAnswerTo(message, answer)) resolve(answer);
          else reject(new Error(`status ${response.statusCode ?? 0} and no answer to the question`));
        });
      });
      outgoing.end(message);
    });
  return {
    async ask(url, query, signal, timeoutMs) {
      const message = withId(query, 0); // so that caches on the way may work (RFC 8484 section 4.1)
      return within(timeoutMs, signal, async (given) => {
        try {
          return await post(url, message, given);
        } catch (error) {
          // A kept connection may have been closed by the server while the question was on its way.
          if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET' || given.aborted) throw error;
          return post(url, message, given);
        }
      });
    },
    close: () => agent.destroy(),
  };
}

/**
 * Counts from the question on, also while it waits for a connection: Node's own timeout starts with the connection, and a
 * request given up before it has one says nothing until then.
 */
function within<T>(timeoutMs: number, signal: AbortSignal, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const given = new AbortController();
    const giveUp = (why: string): void => {
      reject(new Error(why));
      given.abort();
    };
    const abort = (): void => giveUp('given up');
    const timer = setTimeout(() => giveUp('no answer in time'), timeoutMs);
    signal.addEventListener('abort', abort);
    void act(given.signal)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      });
    if (signal.aborted) abort();
  });
}

function lookupWith(bootstrap: () => readonly Upstream[]): LookupFunction {
  return (hostname, options, callback) => {
    const resolver = new Resolver({ timeout: 1_000, tries: 2 });
    const servers = bootstrap().filter((upstream) => upstream.kind === 'dns');
    if (servers.length === 0)
      return callback(new Error(`nobody to ask for the address of ${hostname}: write it with an IP address`), '');
    resolver.setServers(servers.map(upstreamName));
    resolver.resolve4(hostname).then(
      (addresses) => {
        if (options.all === true)
          callback(
            null,
            addresses.map((address) => ({ address, family: 4 })),
          );
        else callback(null, addresses[0]!, 4);
      },
      (error: Error) => callback(error, ''),
    );
  };
}
