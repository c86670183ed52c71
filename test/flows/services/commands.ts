/** Each command of `mogoly cloud`, as typed, on a real dockerd: what it prints, what it gives as JSON, how it ends. */
import { describe, expect, it } from 'vitest';
import type { ServiceState } from '../../../shared/service.ts';
import { TEST_MS, type Open } from './scene.ts';

const json = <T>(text: string): T => JSON.parse(text) as T;

export const commandFlows = (open: Open): void => {
  describe('mogoly cloud', { timeout: TEST_MS }, () => {
    const cloud = (...args: string[]) => open().engine.cli('cloud', ...args);
    /** What it gives under --json. */
    const value = async <T>(...args: string[]): Promise<T> => {
      const typed = await cloud(...args, '--json');
      if (typed.code !== 0) throw new Error(`${args.join(' ')}: ${typed.out}${typed.err}`);
      return json<T>(typed.out);
    };

    it('makes a service and tells of it', async () => {
      const made = await value<ServiceState>('create', 'box', '-t', 'redis', '--tag', '7', '-e', 'TZ=UTC');
      expect(made).toMatchObject({ name: 'box', status: 'ready', inConfig: true, image: 'redis:7', port: 6379 });
      const listed = await cloud('list');
      expect(listed).toMatchObject({ code: 0, err: '' });
      expect(listed.out).toMatch(/^box\s+ready\s+redis:7\s+127\.0\.0\.1:6379/m);
      const { url, password } = await value<{ url: string; password: string }>('url', 'box');
      expect(url).toBe(`redis://:${password}@127.0.0.1:6379/0`);
      expect((await cloud('url', 'box')).out).toBe(`${url}\n`);
      expect((await cloud('url', 'box', '--no-password')).out).toBe('redis://127.0.0.1:6379/0\n');
      expect((await cloud('url', 'box', '--lines')).out).toContain(`redis-cli -u ${url}`);
      const inspected = await cloud('inspect', 'box');
      expect(inspected.out).toContain('TZ');
      expect(inspected.out).not.toContain(password);
      expect(await value('inspect', 'box')).toMatchObject({ state: { name: 'box' }, stats: {} });
      expect((await cloud('logs', 'box', '--tail', '5')).out).toContain('Ready to accept connections');
      expect((await cloud('plan', 'box')).out).toBe('box none: box is as the config says.\n');
    });

    it('stops, starts, restarts and makes it anew', async () => {
      const { container } = await value<ServiceState>('stop', 'box');
      expect((await cloud('list')).out).toMatch(/^box\s+stopped/m);
      expect(await value('start', 'box')).toMatchObject({ status: 'ready', container });
      expect((await cloud('restart', 'box')).out).toBe('Restarted box: is ready on 127.0.0.1:6379\n');
      const anew = await value<ServiceState>('recreate', 'box');
      expect(anew).toMatchObject({ status: 'ready', port: 6379 });
      expect(anew.container).not.toBe(container);
    });

    it('says what is wrong, with a code, and ends with 1', async () => {
      for (const verb of ['start', 'delete', 'logs', 'url', 'plan']) {
        const typed = await cloud(verb, 'nobody', '--json');
        expect(typed, verb).toMatchObject({ code: 1 });
        expect(json(typed.out), verb).toMatchObject({ ok: false, problems: [{ code: 'SERVICE_UNKNOWN' }] });
      }
      expect((await cloud('create', 'box', '-t', 'redis')).err).toContain('SERVICE_EXISTS');
      expect((await cloud('create', 'other', '-t', 'oracle')).err).toContain('CONFIG_SERVICE_TYPE');
      expect((await cloud('create', 'other', '-t', 'custom')).err).toContain('CONFIG_SERVICE_IMAGE');
      expect((await cloud('create', 'a name', '-t', 'redis')).code).toBe(1);
    });

    it('deletes it: first the container alone, then the data too', async () => {
      expect((await cloud('delete', 'box')).out).toContain('Its data are kept');
      expect(await value('list')).toMatchObject({ services: [] });
      const again = await cloud('create', 'box', '-t', 'redis', '--tag', '7');
      expect(again).toMatchObject({ code: 0, err: expect.stringMatching(/Ready\n$/) as string });
      expect(again.out).toMatch(/^box is ready on 127\.0\.0\.1:6379\n/);
      const gone = await value<{ volumes: string[] }>('delete', 'box', '--volumes');
      expect(gone.volumes).toEqual([expect.stringMatching(/^mogoly-box-\w{6}-data$/)]);
    });
  });
};
