/** One question to a database or a port by its usual client, from inside a namespace: `node client-guest.mjs KIND URL [TEXT]`. */
import { connect } from 'node:net';
import { Client } from 'pg';
import mysql from 'mysql2/promise';
import { createClient } from 'redis';

const [kind = '', url = '', text = ''] = process.argv.slice(2);

const ASK: Record<string, () => Promise<unknown>> = {
  async pg() {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  },
  async redis() {
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined); // told by the command that fails
    await client.connect();
    try {
      return await client.sendCommand(JSON.parse(text) as string[]);
    } finally {
      client.destroy();
    }
  },
  async mysql() {
    const client = await mysql.createConnection(url);
    try {
      return (await client.query(text))[0];
    } finally {
      await client.end();
    }
  },
  async http() {
    const response = await fetch(url, { headers: JSON.parse(text || '{}') as Record<string, string> });
    return { status: response.status, body: await response.text() };
  },
  /** Whether somebody takes the connection and keeps it. */
  tcp: () =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(url);
      const socket = connect({ host: hostname, port: Number(port), ...(text === '' ? {} : { localAddress: text }) });
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      socket.once('close', () => resolve('closed'));
      socket.once('connect', () => setTimeout(() => resolve('open'), 500));
    }),
};

try {
  const value = await ASK[kind]!();
  process.stdout.write(JSON.stringify({ ok: true, value }));
} catch (error) {
  process.stdout.write(JSON.stringify({ ok: false, message: error instanceof Error ? error.message : String(error) }));
}
process.exit(0);
