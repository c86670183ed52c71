/** Whether the operating system asks us: told by its own question, never by one of ours or one from before. */
import { expect, it } from 'vitest';
import { dig } from '../kit/dns.ts';
import { startEngine } from '../kit/engine.ts';

it('a name that was asked for before, by us or by others, does not count as asked by the system', async () => {
  const { engine, close } = await startEngine({
    listen: { http: '127.0.0.1:0', https: 'off', dns: '127.0.0.1:0' },
    zones: ['test'],
    server: [],
  });
  try {
    const port = engine.snapshot().listeners.find(({ kind }) => kind === 'dns')!.port;
    await dig(port, 'asked-before.test');
    const [check] = await Promise.all([
      engine.system.names.check('asked-before.test'),
      engine.dns.query('asked-before.test', 'A'),
    ]);
    expect(engine.dns.recent(10).filter(({ name }) => name === 'asked-before.test')).toHaveLength(2);
    expect(check).toMatchObject({ name: 'asked-before.test', reachedUs: false });
  } finally {
    await close();
  }
});
