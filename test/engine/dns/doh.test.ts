/** Upstreams over HTTPS. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answerWith, dig, startUpstream } from '../../kit/dns.ts';
import { startDns } from '../../kit/dns-room.ts';
import { selfSigned } from '../../kit/self-signed.ts';
import { tempHome } from '../../kit/temp-home.ts';

interface DohServer {
  port: number;
  connections: number;
  /** Of the messages. */
  ids: number[];
  types: (string | undefined)[];
}

type DohAnswer = (query: Buffer) => Buffer | undefined | Promise<Buffer>;

async function startDoh(answer: DohAnswer, status = 200): Promise<DohServer> {
  const seen: DohServer = { port: 0, connections: 0, ids: [], types: [] };
  const server = createServer(selfSigned, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const query = Buffer.concat(chunks);
    seen.ids.push(query.readUInt16BE(0));
    seen.types.push(request.headers['content-type']);
    response.writeHead(status, { 'content-type': 'application/dns-message' }).end(await answer(query));
  });
  server.on('secureConnection', () => seen.connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  seen.port = (server.address() as AddressInfo).port;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return seen;
}

const ca = selfSigned.cert;

describe('an upstream over HTTPS', () => {
  it('answers on one connection that is kept, asked with the id 0', async () => {
    const doh = await startDoh((query) => answerWith(query, ['192.0.2.1']));
    const { dns, port } = await startDns({ forward: [`https://127.0.0.1:${doh.port}/dns-query`] }, { ca });
    expect(await dig(port, '+short', 'a.example.com')).toBe('192.0.2.1\n');
    await dns.query('b.example.com', 'A');
    expect([doh.connections, doh.ids]).toEqual([1, [0, 0]]);
    expect(doh.types[0]).toBe('application/dns-message');
    expect(dns.recent(1)[0]?.upstream).toBe(`https://127.0.0.1:${doh.port}/dns-query`);
  });

  it('that is named is found through the resolvers of the system, never through ourselves', async () => {
    const doh = await startDoh((query) => answerWith(query, ['192.0.2.1']));
    const system = await startUpstream((query) => answerWith(query, ['127.0.0.1']));
    const file = join(tempHome(), 'resolv.conf');
    writeFileSync(file, `nameserver 127.0.0.1:${system.port}\n`);
    const forward = [`https://localhost:${doh.port}/dns-query`];
    const { dns, port } = await startDns({ forward }, { ca, resolverFiles: [file] });
    expect(await dns.query('a.example.com', 'A')).toMatchObject({ value: { answers: [{ data: '192.0.2.1' }] } });
    expect(system.asked).toEqual(['localhost']);

    const alone = await startDns({ forward }, { ca, resolverFiles: [file] });
    writeFileSync(file, `nameserver 127.0.0.1:${alone.port}\n`);
    expect(await dig(alone.port, 'a.example.com')).toMatch(
      /SERVFAIL.*EDE: 22.*nobody to ask for the address of localhost/s,
    );
    expect(port).not.toBe(alone.port);
  });

  it('that is not trusted, says no, or answers something else is passed by', async () => {
    const good = await startUpstream((query) => answerWith(query, ['192.0.2.2']));
    const untrusted = await startDoh((query) => answerWith(query, ['192.0.2.66']));
    const refusing = await startDoh((query) => answerWith(query, ['192.0.2.66']), 403);
    const other = await startDoh((query) => {
      const answer = answerWith(query, ['192.0.2.66']);
      answer[13] = 'z'.charCodeAt(0); // of another name
      return answer;
    });
    const large = await startDoh(() => Buffer.alloc(100_000));
    for (const [doh, deps] of [
      [untrusted, {}],
      [refusing, { ca }],
      [other, { ca }],
      [large, { ca }],
    ] as const) {
      const forward = [`https://127.0.0.1:${doh.port}/`, `127.0.0.1:${good.port}`];
      const { port } = await startDns({ forward }, deps);
      expect(await dig(port, '+short', 'www.example.com')).toBe('192.0.2.2\n');
    }
  });
  it('that hangs holds up none of the questions that wait for a connection to it', async () => {
    const doh = await startDoh(() => new Promise<Buffer>(() => undefined));
    const { dns } = await startDns({ forward: [`https://127.0.0.1:${doh.port}/`] }, { ca });
    const asked = Array.from({ length: 20 }, (_, i) => dns.query(`n${i}.example.com`, 'A'));
    const waitedMs = (await Promise.all(asked)).map((answer) => {
      expect(answer).toMatchObject({ value: { rcode: 'SERVFAIL' } });
      return answer.ok ? answer.value.durationMs : Infinity;
    });
    // Eight connections: one after the other the last of them would wait three deadlines of 3 s.
    expect(Math.max(...waitedMs)).toBeLessThan(2 * 3_000);
  });
});
