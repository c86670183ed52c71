/** One network interface as multicast DNS sees it: its own socket, what may be heard on it, what is sent through it. */
import { createSocket, type Socket } from 'node:dgram';
import { BlockList } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { Packet } from 'dns-packet';
import type { MdnsQuery, MdnsResponse } from './mdns-records.ts';

/** RFC 6762 section 3. */
export const MDNS_PORT = 5_353;
/** Multicast with this time to live stays on the machine. */
const TTL_MACHINE = 0;

/**
 * `lan`: other machines get the addresses of the interface they ask through. `machine`: nothing leaves the machine, and
 * its own resolver gets 127.0.0.1 and ::1; another machine would be sent to itself by these.
 */
export type MdnsReach = 'lan' | 'machine';

export interface MdnsInterface {
  name: string;
  /** IPv4, through which multicast is sent. */
  address: string;
  netmask: string;
  /** What a published name has on this interface. */
  addresses: readonly string[];
}

export type InterfaceTable = NodeJS.Dict<NetworkInterfaceInfo[]>;

export interface MdnsSource {
  address: string;
  port: number;
}

export interface MdnsLink {
  readonly interface: MdnsInterface;
  /** When a host was last multicast here, in milliseconds of `performance.now()`. */
  readonly sentMs: Map<string, number>;
  query: (packet: MdnsQuery) => Promise<void>;
  /** To everybody, or to one asker; resolves when it is handed to the kernel. */
  respond: (packet: MdnsResponse, to?: MdnsSource) => Promise<void>;
  close: () => Promise<void>;
}

export interface LinkHandlers {
  onQuery: (link: MdnsLink, packet: Packet, source: MdnsSource) => void;
  onResponse: (link: MdnsLink, packet: Packet) => void;
  /** The socket is of no more use. */
  onError: (error: Error) => void;
}

/** Interfaces with an IPv4 address; loopback only where there is no other and nothing leaves the machine. */
export function listInterfaces(table: InterfaceTable, reach: MdnsReach): MdnsInterface[] {
  const all = Object.entries(table).flatMap(([name, infos = []]) => {
    const four = infos.find((info) => info.family === 'IPv4');
    return four === undefined ? [] : [{ name, four, infos }];
  });
  const outer = all.filter(({ four }) => !four.internal);
  const used = outer.length === 0 && reach === 'machine' ? all : outer;
  return used.map(({ name, four, infos }) => ({
    name,
    address: four.address,
    netmask: four.netmask,
    addresses: reach === 'machine' ? ['127.0.0.1', '::1'] : infos.filter(isPublic).map(({ address }) => address),
  }));
}

/** Every address of this machine: what claims a name with one of these is no stranger. */
export function ownAddresses(table: InterfaceTable): Set<string> {
  const listed = Object.values(table).flatMap((infos = []) => infos.map(({ address }) => address));
  return new Set([...listed, '127.0.0.1', '::1']);
}

/** A link-local IPv6 address is of no use to a browser: it needs a zone (RFC 6874). */
const isPublic = (info: NetworkInterfaceInfo): boolean => info.family === 'IPv4' || info.scopeid === 0;

/** Whether a packet from there came in through this interface; all sockets on the port hear all interfaces. */
function sourceFilter({ address, netmask }: MdnsInterface, reach: MdnsReach, own: Set<string>) {
  if (reach === 'machine') return (from: string): boolean => own.has(from);
  const subnet = new BlockList();
  const prefix = netmask
    .split('.')
    .reduce((bits, part) => bits + Number(part).toString(2).replaceAll('0', '').length, 0);
  subnet.addSubnet(address, prefix, 'ipv4');
  return (from: string): boolean => subnet.check(from, 'ipv4');
}

/** Rejects when the port cannot be bound; other responders of the machine share it. */
export async function openLink(
  wanted: MdnsInterface,
  reach: MdnsReach,
  own: Set<string>,
  handlers: LinkHandlers,
): Promise<MdnsLink> {
  const { default: createMulticast } = await import('multicast-dns');
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  // Bound to the wildcard: a socket bound to one address hears no multicast on Linux.
  const bus = createMulticast({ socket, interface: wanted.address, bind: '0.0.0.0' });
  const sent = (send: (done: () => void) => void): Promise<void> => new Promise((resolve) => send(() => resolve())); // a lost packet is repeated by the protocol
  const link: MdnsLink = {
    interface: wanted,
    sentMs: new Map(),
    query: (packet) => sent((done) => bus.query(packet, done)),
    respond: (packet, to) => sent((done) => (to ? bus.respond(packet, to, done) : bus.respond(packet, done))),
    close: () => new Promise((resolve) => bus.destroy(resolve)),
  };
  await bound(bus, socket, reach);
  const isHere = sourceFilter(wanted, reach, own);
  bus.on('error', handlers.onError);
  bus.on('query', (packet, source) => {
    if (isHere(source.address)) handlers.onQuery(link, packet, source);
  });
  bus.on('response', (packet, source) => {
    if (isHere(source.address) && source.port === MDNS_PORT) handlers.onResponse(link, packet);
  });
  return link;
}

function bound(bus: NodeJS.EventEmitter & { destroy: () => void }, socket: Socket, reach: MdnsReach): Promise<void> {
  return new Promise((resolve, reject) => {
    bus.once('error', (error: Error) => {
      bus.destroy();
      reject(error);
    });
    bus.once('ready', () => {
      if (reach === 'machine') socket.setMulticastTTL(TTL_MACHINE);
      bus.removeAllListeners('error');
      resolve();
    });
  });
}
