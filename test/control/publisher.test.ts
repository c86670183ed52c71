import { writeFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createPublisher } from '../../electron/control/publisher.ts';
import type { Push, PushName } from '../../shared/protocol.ts';
import { createExchangeRing } from '../../electron/engine/record/exchanges.ts';
import { startBackend } from '../kit/backend.ts';
import { configText, site, startEngine } from '../kit/engine.ts';
import type { TestEngineOptions } from '../kit/engine.ts';
import { recorded } from '../kit/exchange.ts';
import { send } from '../kit/http.ts';
import { until } from '../kit/wait.ts';

async function follow(options: TestEngineOptions = {}) {
  const backend = await startBackend();
  const config = {
    server: [
      site('a.local', [{ name: 'web-1', url: backend.url }], {
        health_check: { interval: '1h', interval_when_down: '1h', unhealthy_after: 1 },
      }),
    ],
  };
  const hosted = await startEngine(config, options);
  const publisher = createPublisher(hosted.engine);
  const pushes: Push[] = [];
  const off = publisher.subscribe((push) => pushes.push(push));
  onTestFinished(async () => {
    publisher.close();
    await hosted.close();
    await backend.kill();
  });
  const named = <K extends PushName>(name: K) =>
    pushes.filter((push): push is Extract<Push, { name: K }> => push.name === name);
  return { ...hosted, backend, config, publisher, pushes, named, off };
}

it('pushes are numbered without gaps, and the snapshot carries the last number', async () => {
  const { engine, publisher, pushes, port } = await follow();
  await send(port, { host: 'a.local' });
  await engine.apply(configText('server: []\n'));
  await until(() => pushes.some(({ name }) => name === 'state.replaced'));
  expect(pushes.map(({ seq }) => seq)).toEqual(pushes.map((_push, index) => index + 1));
  expect(publisher.snapshot().seq).toBe(pushes.length);
});

it('an apply replaces the state, a file that is refused says why', async () => {
  const { engine, named } = await follow({ watch: true });
  await engine.apply(configText({ server: [site('b.local', [{ url: 'http://127.0.0.1:9' }])] }));
  await until(() => named('state.replaced').length > 0);
  expect(
    named('state.replaced')
      .at(-1)!
      .data.sites.map(({ name }) => name),
  ).toEqual(['b.local']);
  await writeFile(engine.configFile, 'server: 3\n');
  await until(() => named('config.refused').length > 0);
  expect(named('config.refused')[0]!.data.problems[0]!.severity).toBe('error');
});

it('a stop and a start are told', async () => {
  const { engine, named } = await follow();
  await engine.stop();
  await until(() => named('engine.statusChanged').some(({ data }) => data.status === 'stopped'));
  await engine.start();
  await until(() => named('engine.statusChanged').at(-1)?.data.status === 'running');
  const told = named('engine.statusChanged').map(({ data }) => data.status);
  expect(told).toEqual(['stopping', 'stopped', 'starting', 'running']);
});

it('a backend that goes down is told once, with its new state', async () => {
  const { engine, backend, named } = await follow();
  await backend.kill();
  await engine.checkAll();
  await engine.checkAll();
  await until(() => named('health.changed').some(({ data }) => data[0]!.backend.health === 'down'));
  expect(named('health.changed').filter(({ data }) => data[0]!.backend.health === 'down')).toHaveLength(1);
  expect(named('health.changed').at(-1)!.data[0]).toMatchObject({ site: 'a.local', backend: { name: 'web-1' } });
});

it('requests are batched, and traffic is sampled until it ends', async () => {
  const { port, named } = await follow();
  await Promise.all(Array.from({ length: 50 }, () => send(port, { host: 'a.local' })));
  await until(() => named('exchanges.recorded').flatMap(({ data }) => data).length === 50);
  expect(named('exchanges.recorded').length).toBeLessThan(25);
  expect(named('exchanges.recorded').flatMap(({ data }) => data.map(({ id }) => id))).toEqual(
    Array.from({ length: 50 }, (_, index) => index + 1),
  );
  const isOver = (): boolean => {
    const samples = named('traffic.sampled').map(({ data }) => data);
    const { requestsPerSecond = 1, active = 1 } = samples.at(-1) ?? {};
    return samples.some((sample) => sample.requestsPerSecond > 0) && requestsPerSecond === 0 && active === 0;
  };
  await until(isOver);
  const told = named('traffic.sampled').flatMap(({ data }) => data.sites);
  expect(told.at(-1)).toEqual({ name: 'a.local', requests: 50 });
  expect(
    named('traffic.sampled')
      .flatMap(({ data }) => data.backends)
      .at(-1),
  ).toMatchObject({ requests: 50 });
  const count = named('traffic.sampled').length;
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(named('traffic.sampled')).toHaveLength(count);
});

it('three thousand requests a second all reach the listener; of more the oldest are left out, as their ids tell', async () => {
  const { engine } = await follow();
  const ring = createExchangeRing();
  const publisher = createPublisher({ ...engine, exchanges: { ...engine.exchanges, ...ring } });
  onTestFinished(publisher.close);
  const batches: number[][] = [];
  publisher.subscribe((push) => {
    if (push.name === 'exchanges.recorded') batches.push(push.data.map(({ id }) => id));
  });
  for (let count = 0; count < 300; count += 1) ring.record(recorded());
  await until(() => batches.length === 1);
  for (let count = 0; count < 1_500; count += 1) ring.record(recorded());
  await until(() => batches.length === 2);
  expect(batches.map((ids) => [ids.length, ids[0], ids.at(-1)])).toEqual([
    [300, 1, 300],
    [1_000, 801, 1_800],
  ]);
});

it('nobody listening, nothing is made', async () => {
  const { engine, off, pushes, publisher } = await follow();
  off();
  const { seq } = publisher.snapshot();
  await engine.apply(configText('server: []\n'));
  expect(publisher.snapshot().seq).toBe(seq);
  const again: Push[] = [];
  publisher.subscribe((push) => again.push(push));
  await engine.apply(configText('zones: [dev]\nserver: []\n'));
  await until(() => again.some(({ name }) => name === 'state.replaced'));
  expect(again[0]!.seq).toBe(seq + 1);
  expect(pushes.every((push) => push.seq <= seq)).toBe(true);
});
