/** The mirror of the engine: numbered pushes, gaps, and what a push changes. */
import { describe, expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { EMPTY_LIVE, LOG_KEEP, appendLog, applyPushes, backendsOfSite } from '../../renderer/store/live-state.ts';
import { startLive } from '../../renderer/store/live.ts';
import { busySnapshot, makeBackend, makeSite, makeSnapshot } from './canned.ts';
import type { LiveState } from '../../renderer/store/live-state.ts';
import type { Push } from '../../shared/protocol.ts';
import type { LogEntry, Snapshot } from '../../shared/state.ts';
import { until } from '../kit/wait.ts';

const ready = (snapshot: Snapshot): LiveState => ({ ...EMPTY_LIVE, phase: 'ready', snapshot });
const status = (seq: number, value: 'running' | 'stopped'): Push => ({
  seq,
  name: 'engine.statusChanged',
  data: { status: value },
});
const entry = (id: number): LogEntry => ({ id, at: id, level: 'info', event: 'a.b', message: `line ${id}` });

describe('pushes', () => {
  it('apply in order and move the number on', () => {
    const { state, gap } = applyPushes(ready(makeSnapshot({ seq: 4 })), [status(5, 'stopped'), status(6, 'running')]);
    expect({ gap, seq: state.snapshot?.seq, status: state.snapshot?.status }).toEqual({
      gap: false,
      seq: 6,
      status: 'running',
    });
  });

  it('already in the snapshot are passed over', () => {
    const { state, gap } = applyPushes(ready(makeSnapshot({ seq: 4 })), [status(3, 'stopped'), status(4, 'stopped')]);
    expect({ gap, status: state.snapshot?.status }).toEqual({ gap: false, status: 'running' });
  });

  it('after a missing number are not applied', () => {
    const { state, gap } = applyPushes(ready(makeSnapshot({ seq: 4 })), [status(6, 'stopped')]);
    expect({ gap, status: state.snapshot?.status, seq: state.snapshot?.seq }).toEqual({
      gap: true,
      status: 'running',
      seq: 4,
    });
  });

  it('of health replace one backend and the word of its site, and leave other sites the same objects', () => {
    const before = busySnapshot();
    const backend = { ...backendsOfSite(before.sites[1]!)[0]!, health: 'down' as const };
    const { state } = applyPushes(ready(before), [
      { seq: 1, name: 'health.changed', data: [{ backend, site: 'api.localhost' }] },
    ]);
    expect(state.snapshot?.sites[1]?.health).toBe('down');
    expect(state.snapshot?.sites[2]).toBe(before.sites[2]);
  });

  it('of traffic count into nested pools', () => {
    const before = busySnapshot();
    const nested = backendsOfSite(before.sites[0]!).find((candidate) => candidate.name === 'b-1')!;
    const traffic = {
      ...before.traffic,
      requestsPerSecond: 9,
      sites: [{ name: 'shop.localhost', requests: 20_000 }],
      backends: [{ id: nested.id, active: 2, requests: 77, failures: 1 }],
    };
    const { state } = applyPushes(ready(before), [{ seq: 1, name: 'traffic.sampled', data: traffic }]);
    const site = state.snapshot!.sites[0]!;
    expect(site.requests).toBe(20_000);
    expect(backendsOfSite(site).find((candidate) => candidate.id === nested.id)).toMatchObject({
      active: 2,
      requests: 77,
      failures: 1,
    });
    expect(state.snapshot!.sites[3]).toBe(before.sites[3]);
  });

  it('of traffic find a backend after its site changed, and after the sites were replaced', () => {
    const { traffic, ...before } = busySnapshot();
    const count = (seq: number, id: string, requests: number): Push => ({
      seq,
      name: 'traffic.sampled',
      data: { ...traffic, sites: [], backends: [{ id, active: 0, requests, failures: 0 }] },
    });
    const backend = { ...backendsOfSite(before.sites[1]!)[0]!, health: 'down' as const };
    const sites = [makeSite('new.test', [makeBackend('new', 'web')]), ...before.sites];
    const { state } = applyPushes(ready({ traffic, ...before }), [
      count(1, backend.id, 5_000),
      { seq: 2, name: 'health.changed', data: [{ backend: { ...backend, requests: 5_000 }, site: 'api.localhost' }] },
      count(3, backend.id, 5_001),
      { seq: 4, name: 'state.replaced', data: { revision: 4, sites, listeners: [], problems: [] } },
      count(5, backend.id, 5_002),
      count(6, 'new / web', 7),
    ]);
    const counts = state.snapshot!.sites.slice(0, 3).map((site) => backendsOfSite(site)[0]?.requests);
    expect(counts).toEqual([7, 931, 5_002]);
  });

  it('that are older than an answer leave its revision in place', () => {
    const before = busySnapshot();
    const [revision, { sites }] = [before.revision + 2, before];
    const state = ready({ ...before, revision });
    const late: Push = {
      seq: before.seq + 1,
      name: 'state.replaced',
      data: { revision: revision - 1, sites, listeners: [], problems: [] },
    };
    expect(applyPushes(state, [late]).state.snapshot?.revision).toBe(revision);
    const next = { ...late, seq: late.seq + 1, data: { ...late.data, revision: revision + 1 } };
    expect(applyPushes(state, [late, next]).state.snapshot?.revision).toBe(revision + 1);
  });

  it('of traffic that count nothing new leave the list of sites as it is', () => {
    const before = busySnapshot();
    const data = { ...before.traffic, requestsPerSecond: 9, sites: [{ name: 'gone.test', requests: 1 }], backends: [] };
    const { state } = applyPushes(ready(before), [{ seq: 1, name: 'traffic.sampled', data }]);
    expect(state.snapshot?.traffic.requestsPerSecond).toBe(9);
    expect(state.snapshot?.sites).toBe(before.sites);
  });

  it('of a refused file show its problems and keep the sites', () => {
    const problems = [{ code: 'CONFIG_TYPE', severity: 'error' as const, message: 'weight must be a number.' }];
    const { state } = applyPushes(ready(busySnapshot()), [{ seq: 1, name: 'config.refused', data: { problems } }]);
    expect(state.snapshot?.problems).toEqual(problems);
    expect(state.snapshot?.sites).toHaveLength(9);
  });

  it('of the log never show an entry twice, and the oldest goes first', () => {
    const many = Array.from({ length: LOG_KEEP }, (_, index) => entry(index + 1));
    const log = appendLog(many, [entry(LOG_KEEP), entry(LOG_KEEP + 1)]);
    expect({ length: log.length, first: log[0]?.id, last: log[log.length - 1]?.id }).toEqual({
      length: LOG_KEEP,
      first: 2,
      last: LOG_KEEP + 1,
    });
  });
});

describe('the mirror', () => {
  function engine(first: Snapshot) {
    const far = { snapshot: first, silent: false, asked: 0, push: (_push: Push): void => {} };
    const call = ((name: string) => {
      if (name === 'status.get') far.asked += 1;
      if (far.silent)
        return Promise.resolve({
          ok: false,
          problems: [{ code: 'APP_UNREACHABLE', severity: 'error', message: 'gone' }],
        });
      return Promise.resolve({ ok: true, value: name === 'log.list' ? [] : far.snapshot });
    }) as Parameters<typeof startLive>[0]['call'];
    const onPush = (listener: (push: Push) => void) => {
      far.push = listener;
      return () => {
        far.push = () => {};
      };
    };
    const frames: (() => void)[] = [];
    const store = createStore<LiveState>(() => EMPTY_LIVE);
    const sync = startLive({ call, onPush }, { store, schedule: (flush) => frames.push(flush), retryMs: 5 });
    return { far, store, sync, frame: () => frames.splice(0).forEach((flush) => flush()), frames };
  }
  it('loses no push that comes while the snapshot is under way', async () => {
    const { far, store, sync } = engine(makeSnapshot({ seq: 1 }));
    far.push(status(1, 'running'));
    far.push(status(2, 'stopped'));
    await until(() => store.getState().snapshot?.status === 'stopped');
    sync.close();
  });

  it('applies what came since the last frame in one step', async () => {
    const { far, store, sync, frame, frames } = engine(makeSnapshot());
    await until(() => store.getState().phase === 'ready');
    let renders = 0;
    store.subscribe(() => {
      renders += 1;
    });
    for (let seq = 1; seq <= 50; seq += 1) far.push(status(seq, seq % 2 ? 'stopped' : 'running'));
    expect(frames).toHaveLength(1);
    frame();
    expect({ renders, seq: store.getState().snapshot?.seq }).toEqual({ renders: 1, seq: 50 });
    sync.close();
  });

  it('asks for a new snapshot when a number is missing', async () => {
    const { far, store, sync, frame } = engine(makeSnapshot());
    await until(() => store.getState().phase === 'ready');
    far.snapshot = makeSnapshot({ seq: 9, sites: [makeSite('new.test', [makeBackend('new.test', 'a')])] });
    far.push(status(7, 'stopped'));
    frame();
    await until(() => store.getState().snapshot?.seq === 9);
    expect(store.getState().snapshot?.sites[0]?.name).toBe('new.test');
    sync.close();
  });

  it('says why the engine does not answer, and asks again', async () => {
    const { far, store, sync } = engine(makeSnapshot());
    await until(() => store.getState().phase === 'ready');
    far.silent = true;
    void sync.refresh();
    await until(() => store.getState().phase === 'failed');
    expect(store.getState().problem?.code).toBe('APP_UNREACHABLE');
    expect(store.getState().snapshot).toBeDefined();
    far.silent = false;
    await until(() => store.getState().phase === 'ready');
    sync.close();
  });
});
