/** The local CA before real clients: openssl, curl and Chromium take what it may sign, and nothing else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen, localSite, openRoom, rootOf, type TlsRoom } from '../kit/tls-room.ts';
import { forgeLeaf, readPem, verifyByOpenssl } from '../kit/tls-pair.ts';
import { openTrusting } from '../kit/tls-browser.ts';

const SHOP = localSite('shop.local', 'shop.local', '*.shop.local', '*.shop.test');

interface Stage {
  room: TlsRoom;
  port: number;
  /** Of a server with a certificate for bank.example.com that the root signed. */
  bankPort: number;
  rootFile: string;
}

async function stage(): Promise<Stage> {
  const room = await openRoom([SHOP]);
  await rootOf(room);
  const rootFile = join(room.home, 'ca', 'root.pem');
  const forged = forgeLeaf('bank.example.com', { cert: rootFile, key: join(room.home, 'ca', 'root-key.pem') });
  expect(verifyByOpenssl(rootFile, forged.cert, 'bank.example.com')).toMatch(/permitted subtree violation/);
  const bank = createServer(readPem(forged), (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbank'));
  }).listen(0, '127.0.0.1');
  await once(bank, 'listening');
  onTestFinished(() => void bank.close());
  return { room, port: (await listen(room)).port, bankPort: (bank.address() as AddressInfo).port, rootFile };
}

/** Body, or what curl says against it. */
async function curl(rootFile: string, host: string, port: number): Promise<string> {
  const resolve = ['--resolve', `${host}:${port}:127.0.0.1`];
  const args = [
    '-sS',
    '--max-time',
    '60',
    '--noproxy',
    '*',
    '--cacert',
    rootFile,
    ...resolve,
    `https://${host}:${port}/`,
  ];
  const child = spawn('curl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  await once(child, 'close');
  return output;
}

describe('a root that clients trust', () => {
  it('opens the names in use for curl and openssl, and not the bank', async () => {
    const { port, bankPort, rootFile } = await stage();
    expect(await curl(rootFile, 'shop.local', port)).toBe('shop.local');
    expect(await curl(rootFile, 'any.shop.test', port)).toBe('any.shop.test');
    expect(await curl(rootFile, 'two.deep.shop.test', port)).toBe('two.deep.shop.test');
    expect(await curl(rootFile, 'localhost', port)).toMatch(/alert handshake failure/);
    expect(await curl(rootFile, 'bank.example.com', bankPort)).toMatch(/permitted subtree violation/);
  });

  it('opens an address of this machine for curl', async () => {
    const { port, rootFile } = await stage();
    const args = ['-sS', '--noproxy', '*', '--cacert', rootFile, `https://127.0.0.1:${port}/`];
    const child = spawn('curl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [body] = (await once(child.stdout, 'data')) as [Buffer];
    expect(body.toString()).toBe('false');
  });

  it('opens the names in use in Chromium, and not the bank', async () => {
    const { port, bankPort, rootFile } = await stage();
    const browser = await openTrusting(rootFile);
    const open = async (host: string, at: number): Promise<string> => {
      const page = await browser.newPage();
      try {
        await page.goto(`https://${host}:${at}/`);
        return await page.innerText('body');
      } catch (error) {
        return (error as Error).message;
      } finally {
        await page.close();
      }
    };
    expect(await open('shop.local', port)).toBe('shop.local');
    expect(await open('any.shop.local', port)).toBe('any.shop.local');
    expect(await open('any.shop.test', port)).toBe('any.shop.test');
    expect(await open('two.deep.shop.test', port)).toBe('two.deep.shop.test');
    expect(await open('127.0.0.1', port)).toBe('false');
    expect(await open('bank.example.com', bankPort)).toMatch(/ERR_CERT_/);
    expect(await open('unknown.test', port)).toMatch(/ERR_SSL_|ERR_CONNECTION_/);
  });
});

describe('openssl s_client', () => {
  it('sees TLS 1.2 and 1.3, and the alert for a name that is not served', async () => {
    const { port, rootFile } = await stage();
    const see = async (...args: string[]): Promise<string> => {
      const options = ['-connect', `127.0.0.1:${port}`, '-CAfile', rootFile, ...args];
      const child = spawn('openssl', ['s_client', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (data: Buffer) => (output += data.toString()));
      await once(child, 'close');
      return output;
    };
    for (const version of ['-tls1_2', '-tls1_3'])
      expect(await see('-servername', 'shop.local', version)).toMatch(/Verify return code: 0 \(ok\)/);
    expect(await see('-servername', 'shop.local', '-tls1_1', '-cipher', 'ALL@SECLEVEL=0')).toMatch(
      /alert protocol version/,
    );
    expect(await see('-servername', 'bank.example.com')).toMatch(/alert handshake failure/);
  });
});
