/** Our multicast DNS responder and a real avahi-daemon, on two machines of one bridge. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { avahiResolve, startAvahi, startAvahiHost } from '../../kit/avahi.ts';
import { bundleInto, connect, overlayMissing, type Overlay } from '../../kit/overlay.ts';
import { until } from '../../kit/wait.ts';

const GUEST = new URL('./names/mdns-guest.ts', import.meta.url).pathname;
const OURS: string[] = ['10.77.0.1/24', 'fd77::1/64'];
const THEIRS: string[] = ['10.77.0.2/24', 'fd77::2/64'];

interface Guest {
  lines: Record<string, unknown>[];
  /** Sends a line and waits for the answer with that key. */
  ask: (line: string, key: string) => Promise<Record<string, unknown>>;
  end: () => void;
}

async function startGuest(overlay: Overlay): Promise<Guest> {
  const program = await bundleInto(overlay, GUEST, 'mdns-guest');
  const enter = ['-t', String(overlay.pid), '--net', '--mount', '--pid', '--uts', process.execPath, program];
  const child = spawn('nsenter', enter, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) =>
    lines.push(JSON.parse(line) as Record<string, unknown>),
  );
  return {
    lines,
    async ask(line, key) {
      const from = lines.length;
      child.stdin.write(`${line}\n`);
      return until(() => lines.slice(from).find((answer) => key in answer), { message: line });
    },
    end: () => child.stdin.end(),
  };
}

async function startNetwork(ctx: TestContext, hosts = ''): Promise<{ avahi: Overlay; ours: Overlay; guest: Guest }> {
  const missing = overlayMissing();
  if (missing !== undefined) ctx.skip(missing);
  const [ours, avahi] = await Promise.all([startAvahiHost('ours'), startAvahiHost('theirs')]);
  await connect(ours, avahi, [OURS, THEIRS]);
  await startAvahi(avahi, hosts);
  return { avahi, ours, guest: await startGuest(ours) };
}

describe('a name published for the network', () => {
  it('is resolved by avahi on another machine, A and AAAA, and forgotten after our goodbye', async (ctx) => {
    const { avahi, guest } = await startNetwork(ctx);
    const { published, state } = await guest.ask(
      'publish lan shop.local api.local *.shop.local shop.test',
      'published',
    );
    expect(published).toMatchObject([{ code: 'NAMES_MDNS_WILDCARD' }]);
    expect(state).toEqual([
      { host: 'shop.local', status: 'published' },
      { host: 'api.local', status: 'published' },
    ]);
    expect(await avahiResolve(avahi, 'shop.local')).toBe('10.77.0.1');
    expect(await avahiResolve(avahi, 'shop.local', 6)).toBe('fd77::1');
    expect(await avahiResolve(avahi, 'API.local')).toBe('10.77.0.1');

    await guest.ask('publish lan api.local', 'published');
    expect(guest.lines).toContainEqual({ event: 'mdns.withdrawn', host: 'shop.local' });
    await until(async () => (await avahiResolve(avahi, 'shop.local')) === undefined, {
      message: 'the goodbye',
    });
    expect(await avahiResolve(avahi, 'api.local')).toBe('10.77.0.1');

    guest.end();
    await until(() => guest.lines.some((line) => 'closed' in line), { message: 'the end' });
    await until(async () => (await avahiResolve(avahi, 'api.local')) === undefined, {
      message: 'the last goodbye',
    });
  });

  it('follows an interface that gets another address', async (ctx) => {
    const { avahi, ours, guest } = await startNetwork(ctx);
    await guest.ask('publish lan shop.local', 'published');
    await ours.bash(
      'ip addr add 10.77.0.9/24 dev lan0 && ip addr del 10.77.0.1/24 dev lan0 && ip addr add 10.77.0.9/24 dev lan0 || true',
    );
    await until(async () => (await avahiResolve(avahi, 'shop.local')) === '10.77.0.9', {
      message: 'the new address',
    });
  });

  it('is a conflict while another machine has it, and leaves that one its name', async (ctx) => {
    const { avahi, guest } = await startNetwork(ctx, '10.77.0.77 shop.local\n');
    await until(async () => (await avahiResolve(avahi, 'shop.local')) === '10.77.0.77', { message: 'their name' });
    const { published } = await guest.ask('publish lan shop.local mine.local', 'published');
    expect(published).toMatchObject([
      { code: 'NAMES_MDNS_CONFLICT', message: expect.stringContaining('10.77.0.77') as string },
    ]);
    expect(await avahiResolve(avahi, 'shop.local')).toBe('10.77.0.77');
    expect(await avahiResolve(avahi, 'mine.local')).toBe('10.77.0.1');
  });
});

describe('a name published for this machine', () => {
  it('gives its own avahi 127.0.0.1 and ::1, and another machine nothing', async (ctx) => {
    const { avahi, ours, guest } = await startNetwork(ctx);
    await startAvahi(ours);
    await guest.ask('publish machine shop.local', 'published');
    expect(await avahiResolve(ours, 'shop.local')).toBe('127.0.0.1');
    expect(await avahiResolve(ours, 'shop.local', 6)).toBe('::1');
    expect(await avahiResolve(avahi, 'shop.local')).toBeUndefined();
  });
});
