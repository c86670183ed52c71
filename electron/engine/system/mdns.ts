/** Publishes `.local` site hosts over multicast DNS, for this machine or for the local network (RFC 6762). Off unless asked. */
import { networkInterfaces } from 'node:os';
import type { Packet } from 'dns-packet';
import { problem, warning, type Problem } from '../../../shared/problem.ts';
import type { MdnsEvents, MdnsHost } from '../../../shared/system-names.ts';
import { listInterfaces, MDNS_PORT, openLink, ownAddresses } from './names/mdns-link.ts';
import type {
  InterfaceTable,
  LinkHandlers,
  MdnsInterface,
  MdnsLink,
  MdnsReach,
  MdnsSource,
} from './names/mdns-link.ts';
import { PublishedName } from './names/mdns-name.ts';
import { ADDRESS_TTL, legacyReply, replyTo, type MdnsReply } from './names/mdns-records.ts';

/** Every name is probed on every interface; a network is no place for more. */
const MAX_NAMES = 256;
/** How often the interfaces of the machine are compared with those in use. */
const INTERFACES_MS = 5_000;
/** RFC 6762 section 6: a record is multicast at most so often, probes of others excepted. */
const REPEAT_MS = 1_000;
/** Section 5.4: a record multicast this lately may be told to one asker alone. */
const QUARTER_TTL_MS = (ADDRESS_TTL / 4) * 1_000;

export interface MdnsDeps {
  report: <K extends keyof MdnsEvents>(name: K, data: MdnsEvents[K]) => void;
  /** `os.networkInterfaces` unless told. */
  interfaces?: () => InterfaceTable;
}

export interface Mdns {
  /**
   * Sets the whole list of hosts; those that are not `.local` are left alone. With `reach: 'lan'` other machines get the
   * addresses of the interface they ask through; with `machine` only resolvers on this machine hear of it and get
   * 127.0.0.1 and ::1. Resolves when every name is published or in conflict. The problems: `NAMES_MDNS_CONFLICT`,
   * `NAMES_MDNS_FAILED`, `NAMES_MDNS_WILDCARD`, `NAMES_MDNS_LIMIT`.
   */
  publish: (hosts: readonly string[], reach: MdnsReach) => Promise<Problem[]>;
  state: () => MdnsHost[];
  /** Says goodbye for every name and closes the sockets. */
  close: () => Promise<void>;
}

export function createMdns({ report, interfaces = networkInterfaces }: MdnsDeps): Mdns {
  const responder = new Responder(report, interfaces);
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const next = turn.then(act, act);
    turn = next.catch(() => undefined); // the caller of that turn has the error
    return next;
  };
  const watch = setInterval(() => void inTurn(() => responder.followInterfaces()), INTERFACES_MS);
  watch.unref();
  return {
    publish: (hosts, reach) => inTurn(() => responder.publish(hosts, reach)),
    state: () => responder.state(),
    close() {
      clearInterval(watch);
      return inTurn(() => responder.clear());
    },
  };
}

const isLocal = (host: string): boolean => host.endsWith('.local');

class Responder {
  private readonly names = new Map<string, PublishedName>();
  private links: MdnsLink[] = [];
  private reach: MdnsReach = 'machine';
  private own = new Set<string>();

  constructor(
    private readonly report: MdnsDeps['report'],
    private readonly interfaces: () => InterfaceTable,
  ) {}

  async publish(hosts: readonly string[], reach: MdnsReach): Promise<Problem[]> {
    const local = [...new Set(hosts)].filter(isLocal);
    const exact = local.filter((host) => !host.startsWith('*'));
    const wanted = exact.slice(0, MAX_NAMES);
    const problems = [...local.filter((host) => host.startsWith('*')).map(wildcard), ...tooMany(exact.length)];
    for (const name of [...this.names.values()]) if (!wanted.includes(name.host)) await this.remove(name);
    if (reach !== this.reach) await this.closeLinks();
    this.reach = reach;
    if (wanted.length === 0) await this.closeLinks();
    else problems.push(...(await this.openLinks()));
    const fresh = wanted.filter((host) => this.names.get(host)?.status !== 'published');
    await this.probe(fresh.map((host) => this.nameFor(host)));
    return [...problems, ...this.conflicts()];
  }

  state(): MdnsHost[] {
    return [...this.names.values()].map(({ host, status, rival }) => ({
      host,
      status,
      ...(rival === undefined ? {} : { problem: conflict(host, rival) }),
    }));
  }

  /** Opens and closes sockets as interfaces come and go, and then probes and announces every name again. */
  async followInterfaces(): Promise<void> {
    if (this.names.size === 0) return;
    const before = keyOf(this.links.map((link) => link.interface));
    const problems = await this.openLinks();
    for (const failed of problems) this.report('mdns.failed', { problem: failed });
    if (keyOf(this.links.map((link) => link.interface)) !== before) await this.probe([...this.names.values()]);
  }

  async clear(): Promise<void> {
    for (const name of [...this.names.values()]) await this.remove(name);
    await this.closeLinks();
  }

  private nameFor(host: string): PublishedName {
    const name =
      this.names.get(host) ??
      new PublishedName(host, {
        links: () => this.links,
        isOurs: (address) => this.own.has(address),
        onPublished: () => this.report('mdns.published', { host, addresses: this.addresses() }),
        onConflict: (_host, rival) => this.report('mdns.conflict', { host, problem: conflict(host, rival) }),
      });
    this.names.set(host, name);
    return name;
  }

  private addresses(): string[] {
    return [...new Set(this.links.flatMap((link) => link.interface.addresses))];
  }

  private async probe(names: readonly PublishedName[]): Promise<void> {
    if (this.links.length > 0) await Promise.all(names.map((name) => name.probe()));
  }

  private async remove(name: PublishedName): Promise<void> {
    const wasPublished = name.status === 'published';
    this.names.delete(name.host);
    await name.withdraw();
    if (wasPublished) this.report('mdns.withdrawn', { host: name.host });
  }

  private conflicts(): Problem[] {
    return this.state().flatMap(({ problem: found }) => (found ? [found] : []));
  }

  private async openLinks(): Promise<Problem[]> {
    const table = this.interfaces();
    this.own = ownAddresses(table);
    const wanted = new Map(listInterfaces(table, this.reach).map((one) => [keyOf([one]), one]));
    const kept = this.links.filter((link) => wanted.delete(keyOf([link.interface])));
    const gone = this.links.filter((link) => !kept.includes(link));
    this.links = kept;
    await Promise.all(gone.map((link) => link.close()));
    const opened = await Promise.allSettled([...wanted.values()].map((one) => this.open(one)));
    this.links = [...kept, ...opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))];
    return opened.flatMap((result) => (result.status === 'rejected' ? [failed(result.reason)] : []));
  }

  private open(wanted: MdnsInterface): Promise<MdnsLink> {
    const handlers: LinkHandlers = {
      onQuery: (link, packet, source) => this.hearQuery(link, packet, source),
      onResponse: (_link, packet) => {
        for (const name of this.names.values()) name.meetResponse(packet);
      },
      onError: (error) => this.report('mdns.failed', { problem: failed(error) }),
    };
    return openLink(wanted, this.reach, this.own, handlers);
  }

  private async closeLinks(): Promise<void> {
    const links = this.links;
    for (const name of this.names.values()) await name.withdraw();
    this.links = [];
    for (const name of this.names.values()) name.status = 'probing';
    await Promise.all(links.map((link) => link.close()));
  }

  private hearQuery(link: MdnsLink, query: Packet, source: MdnsSource): void {
    const published = new Map<string, readonly string[]>();
    for (const { name } of query.questions ?? []) {
      const known = this.names.get(name.toLowerCase());
      if (known?.status === 'published') published.set(known.host, link.interface.addresses);
      else if (known?.status === 'probing') void known.meetProbe(link, query);
    }
    const reply = published.size > 0 ? replyTo(query, published) : undefined;
    if (reply !== undefined) this.answer(link, query, reply, source);
  }

  private answer(link: MdnsLink, query: Packet, reply: MdnsReply, source: MdnsSource): void {
    if (source.port !== MDNS_PORT) {
      void link.respond(legacyReply(query, reply), source);
      return;
    }
    const now = performance.now();
    const isRecent = (withinMs: number): boolean =>
      reply.answers.every(({ name }) => now - (link.sentMs.get(name) ?? -Infinity) < withinMs);
    const packet = { answers: reply.answers, additionals: reply.additionals };
    if (reply.isUnicast && isRecent(QUARTER_TTL_MS)) {
      void link.respond(packet, source);
      return;
    }
    const isProbe = (query.authorities ?? []).length > 0;
    if (!isProbe && isRecent(REPEAT_MS)) return;
    for (const { name } of reply.answers) link.sentMs.set(name, now);
    void link.respond(packet);
  }
}

const keyOf = (interfaces: readonly MdnsInterface[]): string => JSON.stringify(interfaces);

const wildcard = (host: string): Problem =>
  warning('NAMES_MDNS_WILDCARD', `"${host}" cannot be published: multicast DNS has no wildcards.`, {
    fix: 'List each name by itself, or use a zone such as .test.',
  });

const tooMany = (count: number): Problem[] =>
  count <= MAX_NAMES
    ? []
    : [
        warning('NAMES_MDNS_LIMIT', `Only the first ${MAX_NAMES} of ${count} .local names are published.`, {
          fix: 'Use a zone such as .test for the others.',
        }),
      ];

const conflict = (host: string, rival: string): Problem =>
  problem('NAMES_MDNS_CONFLICT', `"${host}" is not published: another machine, ${rival}, has that name.`, {
    fix: 'Choose another name, or switch the other one off and publish again.',
  });

const failed = (error: unknown): Problem =>
  problem(
    'NAMES_MDNS_FAILED',
    `Multicast DNS cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
    {
      fix: 'See what holds UDP port 5353, or use a zone such as .test.',
    },
  );
