/** Questions to a DNS server as bytes, an upstream to answer them, and dig. */
import { execFile } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import dns2 from 'dns2';
import { onTestFinished } from 'vitest';

const { Packet } = dns2;

export interface AskOptions {
  type?: number;
  class?: number;
  id?: number;
  /** Adds an OPT record. */
  edns?: { udpBytes?: number; version?: number; dnssec?: boolean };
}

/** A query with one question. */
export function queryOf(name: string, { type = 1, class: klass = 1, id = 0x1234, edns }: AskOptions = {}): Buffer {
  const labels = name === '' ? [] : name.split('.');
  const question = [...labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]), 0];
  const head = [id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, edns === undefined ? 0 : 1];
  const { udpBytes = 1_232, version = 0, dnssec = false } = edns ?? {};
  const opt =
    edns === undefined ? [] : [0, 0, 41, udpBytes >> 8, udpBytes & 255, 0, version, dnssec ? 128 : 0, 0, 0, 0];
  return Buffer.from([...head, ...question, type >> 8, type & 255, klass >> 8, klass & 255, ...opt]);
}

export interface Upstream {
  port: number;
  /** Names asked, in order. */
  asked: string[];
  /** Over TCP. */
  askedByTcp: string[];
}

/** Answers each query with the bytes that `answer` gives; undefined stays silent. Closed when the test is over. */
export async function startUpstream(
  answer: (query: Buffer, isTcp: boolean) => Buffer | undefined | Promise<Buffer>,
): Promise<Upstream> {
  const upstream: Upstream = { port: 0, asked: [], askedByTcp: [] };
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', async (frame: Buffer) => {
      const query = frame.subarray(2);
      upstream.askedByTcp.push(nameOf(query));
      const reply = await answer(query, true);
      if (reply !== undefined)
        socket.write(Buffer.concat([Buffer.from([reply.length >> 8, reply.length & 255]), reply]));
    });
  });
  const udp = await bindBoth(tcp);
  upstream.port = udp.address().port;
  udp.on('message', async (query, { port, address }) => {
    upstream.asked.push(nameOf(query));
    const reply = await answer(query, false);
    if (reply !== undefined) udp.send(reply, port, address);
  });
  onTestFinished(() => {
    udp.close();
    tcp.close();
    sockets.forEach((socket) => socket.destroy());
  });
  return upstream;
}

/** Both on one port that is free for UDP too; another is tried where it is not. */
async function bindBoth(tcp: Server, attempts = 20): Promise<UdpSocket> {
  await new Promise<void>((resolve, reject) => tcp.once('error', reject).listen(0, '127.0.0.1', resolve));
  const udp = createSocket('udp4');
  try {
    const { port } = tcp.address() as AddressInfo;
    await new Promise<void>((resolve, reject) => udp.once('error', reject).bind(port, '127.0.0.1', resolve));
    udp.setRecvBufferSize(1 << 20); // a burst of 300 questions fills Linux's 208 KiB, and their resends fill it again
    return udp;
  } catch (error) {
    udp.close();
    await new Promise((resolve) => tcp.close(resolve));
    if (attempts === 1) throw error;
    return bindBoth(tcp, attempts - 1);
  }
}

export const nameOf = (query: Buffer): string => Packet.parse(query).questions[0]?.name ?? '';

/** The question with one A record for each address. */
export function answerWith(query: Buffer, addresses: string[], ttl = 60): Buffer {
  const end = query.indexOf(0, 12) + 5;
  const records = addresses.map((address) =>
    Buffer.from([
      0xc0,
      12,
      0,
      1,
      0,
      1,
      ttl >>> 24,
      (ttl >> 16) & 255,
      (ttl >> 8) & 255,
      ttl & 255,
      0,
      4,
      ...address.split('.').map(Number),
    ]),
  );
  const answer = Buffer.concat([query.subarray(0, end), ...records]);
  answer[2] = 0x81;
  answer[3] = 0x80;
  answer.writeUInt16BE(addresses.length, 6);
  answer.writeUInt32BE(0, 8);
  return answer;
}

/** What dig prints. */
export async function dig(port: number, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('dig', [
    '@127.0.0.1',
    '-p',
    String(port),
    '+tries=1',
    '+time=30',
    ...args,
  ]);
  return stdout;
}
