import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { startBackend } from '../kit/backend.ts';
import { freePort } from '../kit/free-port.ts';

interface Told {
  title: string;
  body: string;
}
type Kept = typeof globalThis & { told?: Told[] };

/** Notes what the app has the desktop show; the showing itself goes on. */
const listen = (running: RunningApp): Promise<void> =>
  running.app.evaluate(({ Notification }) => {
    const told: Told[] = [];
    (globalThis as Kept).told = told;
    // Where no desktop shows notifications, the app would hold its tongue: it is told that one does.
    Notification.isSupported = () => true;
    const { show } = Notification.prototype;
    Notification.prototype.show = function (this: Electron.Notification) {
      told.push({ title: this.title, body: this.body });
      show.call(this);
    };
  });
const told = (running: RunningApp): Promise<Told[]> => running.app.evaluate(() => (globalThis as Kept).told ?? []);

test('a site that goes down and comes back is told once each, however many backends and requests it has', async () => {
  const [first, second] = await Promise.all([startBackend(), startBackend()]);
  const listenAt = `listen: { http: "127.0.0.1:${await freePort()}", https: "off", dns: "off" }`;
  const check = 'health_check: { interval: 200ms, timeout: 30s, unhealthy_after: 1, healthy_after: 1 }';
  const balance = `[{ name: a, url: "${first.url}" }, { name: b, url: "${second.url}" }]`;
  const running = await startApp({
    config: `${listenAt}\nserver: [{ name: shop.test, ${check}, balance: ${balance} }]\n`,
  });
  const again: { close: () => Promise<void> }[] = [];
  try {
    const health = async (): Promise<string | undefined> => (await running.snapshot()).sites[0]?.health;
    await expect.poll(health).toBe('healthy');
    await listen(running);
    await Promise.all([first.kill(), second.kill()]);
    await expect.poll(health).toBe('down');
    await expect.poll(() => told(running)).toEqual([{ title: 'shop.test is down', body: 'No backend answers.' }]);
    again.push(await startBackend({ port: first.port }), await startBackend({ port: second.port }));
    await expect.poll(health).toBe('healthy');
    await expect.poll(() => told(running)).toHaveLength(2);
    expect((await told(running))[1]).toEqual({ title: 'shop.test is back', body: 'It answers again.' });
  } finally {
    await running.close();
    await Promise.all(again.map((backend) => backend.close()));
  }
});
