/** A name of its own: it resolves, and a listener leads to the published port for the addresses that may. */
import { describe, expect, it } from 'vitest';
import { runInside } from '../../kit/docker.ts';
import { DNS_PORT, soon, TEST_MS, type Open } from './scene.ts';

/** Docker's own bridge, as another machine would come. */
const BRIDGE = '172.17.0.1';
const PORT = 16_379;

export const nameFlows = (open: Open): void => {
  describe('a name of its own', { timeout: TEST_MS }, () => {
    it('resolves, and leads there; after a restart of the container too', async () => {
      const { engine, machine } = open();
      const domain = { domain: 'cache.local', entrypoint: String(PORT), allowed_cidrs: ['10.9.0.0/16'] };
      await engine.ask('services.create', { service: { type: 'redis', name: 'named', version: '7', domain } });
      const state = await engine.becomes('named', 'ready');
      expect(state.port).not.toBe(PORT);
      await soon('the listener', async () => (await engine.state('named'))?.domain?.port === PORT);
      const dig = await runInside(machine.dockerd, [
        'dig',
        '+short',
        '-p',
        String(DNS_PORT),
        '@127.0.0.1',
        'cache.local',
      ]);
      expect(dig.trim()).toBe('127.0.0.1');
      const { password } = await engine.ask('services.secret', { name: 'named' });
      const ping = () => machine.client('redis', `redis://:${password}@127.0.0.1:${PORT}/0`, '["PING"]');
      expect(await ping()).toEqual({ ok: true, value: 'PONG' });
      await engine.ask('services.restart', { name: 'named' });
      expect(await ping()).toEqual({ ok: true, value: 'PONG' });
      const wrong = await machine.client('redis', `redis://:wrong@127.0.0.1:${PORT}/0`, '["PING"]');
      expect(wrong).toMatchObject({ ok: false, message: expect.stringContaining('WRONGPASS') as string });
    });

    it('is refused to a peer outside the blocks, and open to one inside', async () => {
      const { engine, machine } = open();
      const asPeer = async (source: string): Promise<unknown> => {
        const host = source.startsWith('127.') ? '127.0.0.1' : BRIDGE;
        const told = await machine.client('tcp', `tcp://${host}:${PORT}`, source);
        return told.ok && told.value;
      };
      expect(await asPeer('127.0.0.2')).toBe('open');
      expect(['closed', 'ECONNRESET']).toContain(await asPeer(BRIDGE));
      const { value } = await engine.ask('config.get');
      const services = (value as { services: { name: string }[] }).services;
      const path = ['services', services.findIndex(({ name }) => name === 'named'), 'domain', 'allowed_cidrs'];
      await engine.ask('config.edit', { edits: [{ op: 'set', path, value: ['172.17.0.0/16'] }] });
      await soon('the new blocks', async () => (await asPeer(BRIDGE)) === 'open');
      await engine.ask('services.delete', { name: 'named', volumes: true });
      await soon('the end of the listener', async () => (await asPeer('127.0.0.1')) === 'ECONNREFUSED');
    });
  });
};
