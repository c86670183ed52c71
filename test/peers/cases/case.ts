/** What a row of the table is, and what it may ask of a proxy. */
import { fieldOf, type WireMessage } from '../../kit/http1-text.ts';
import { Conversation, converse, outcome } from '../../kit/conversation.ts';
import type { RecordingBackend } from '../../kit/recording-backend.ts';

export const PROXIES = ['ours', 'caddy', 'nginx', 'haproxy'] as const;
export type ProxyName = (typeof PROXIES)[number];

/** A proxy that runs, with a backend that it has for itself. */
export interface Proxy {
  name: ProxyName;
  port: number;
  backend: RecordingBackend;
}

export interface Case {
  /** What is sent, or what happens. */
  what: string;
  /** Does it, and says in a few words what came of it. */
  run: (proxy: Proxy) => Promise<string>;
}

/** What comes of a case: here, and of each peer where it differs. */
export interface Outcome {
  ours: string;
  caddy?: string;
  nginx?: string;
  haproxy?: string;
  /** Why, where a peer differs. */
  why?: string;
}

export interface Area {
  title: string;
  cases: Case[];
}

export const expectedOf = (row: Outcome, proxy: ProxyName): string => row[proxy] ?? row.ours;

export const HOST = 'shop.test';

/** A site for each script that is a failure: proxies remember those. */
export const failingHost = (script: string): string => `${script.toLowerCase()}.fails.test`;

/** A request without a body; `lines` are further fields. */
export const get = (target = '/', lines: string[] = [], method = 'GET', host = HOST): string =>
  [`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...lines, '', ''].join('\r\n');

const asked = (times: number): string =>
  times === 0 ? 'backend not asked' : times === 1 ? 'asked once' : times === 2 ? 'asked twice' : 'asked many times';

/** Sends and says what came back, and how often the backend saw a whole request of it. */
export const answered =
  (bytes: string, count = 1) =>
  async ({ port, backend }: Proxy): Promise<string> => {
    const talk = await converse(port, bytes, count);
    const seen = backend.requests().filter(({ isWhole }) => isWhole).length;
    return `${outcome(talk)}; ${asked(seen)}`;
  };

/** Sends, and tells of the request that the backend got. */
export const arrived =
  (bytes: string, tell: (request: WireMessage, proxy: Proxy) => string) =>
  async (proxy: Proxy): Promise<string> => {
    const talk = new Conversation(proxy.port).say(bytes);
    await talk.hears(({ finals }) => finals.length > 0 || proxy.backend.requests()[0]?.isWhole === true);
    talk.end();
    const [request] = proxy.backend.requests();
    return request === undefined ? outcome(talk) : tell(request, proxy);
  };

/** Sends, and tells of the answer that the client got. */
export const replied =
  (bytes: string, tell: (answer: WireMessage, talk: Conversation) => string, methods: string[] = []) =>
  async ({ port }: Proxy): Promise<string> => {
    const talk = await converse(port, bytes, 1, methods);
    const [answer] = talk.finals;
    return answer === undefined ? outcome(talk) : tell(answer, talk);
  };

export const targetOf = ({ line }: WireMessage): string => line.split(' ')[1] ?? '';
export const shown = (message: WireMessage, name: string): string => fieldOf(message, name) ?? 'none';
