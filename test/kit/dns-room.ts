/** The DNS room on a port of its own, with a clock to move, and single questions to it. */
import { createSocket } from 'node:dgram';
import { onTestFinished } from 'vitest';
import { createDns, type Dns, type DnsDeps, type DnsNames } from '../../electron/engine/dns/dns.ts';
import { compileLocalNames } from '../../electron/engine/dns/local-names.ts';
import type { DnsListener } from '../../electron/engine/dns/server.ts';
import { queryOf } from './dns.ts';

export interface DnsRoom {
  dns: Dns;
  port: number;
  listener: DnsListener;
  /** Milliseconds since 1970; moved by hand. */
  clock: { nowMs: number };
}

export const DNS_NAMES: DnsNames = {
  find: compileLocalNames({ hosts: ['shop.local', '*.app.local'], zones: ['test'] }),
  ttlSeconds: 5,
  addresses: { v4: '127.0.0.1', v6: '::1' },
  forward: [],
};

/** Closed when the test is over. */
export async function startDns(names: Partial<DnsNames> = {}, deps: DnsDeps = {}): Promise<DnsRoom> {
  const clock = { nowMs: 1_000_000 };
  const dns = createDns({ now: () => clock.nowMs, ...deps });
  dns.adopt({ ...DNS_NAMES, ...names });
  const opened = await dns.open({ kind: 'dns', address: '127.0.0.1', port: 0 });
  if (!opened.ok) throw new Error(opened.problems[0]!.message);
  onTestFinished(async () => {
    await opened.value.close(0);
    dns.close();
  });
  return { dns, port: opened.value.port, listener: opened.value, clock };
}

/** One datagram there, one back; undefined when nothing came before the answer to a question sent after it. */
export async function askUdp(port: number, query: Buffer): Promise<Buffer | undefined> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve) => {
      socket.on('message', (answer) => resolve(answer.readUInt16BE(0) === 0xfffe ? undefined : answer));
      socket.connect(port, '127.0.0.1', () => {
        socket.send(query);
        socket.send(queryOf('fence.test', { id: 0xfffe }));
      });
    });
  } finally {
    socket.close();
  }
}
