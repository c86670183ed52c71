/** The services as the window knows them: asked for when their screen opens, kept up to date by pushes. */
import { createStore } from 'zustand/vanilla';
import { sameJson } from '../form/value.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Push } from '../../shared/protocol.ts';
import type { ServiceDetail, ServicesReport, ServiceState } from '../../shared/service.ts';
import { bridge } from '../bridge.ts';
import type { Bridge } from '../bridge.ts';

export type Usage = NonNullable<ServiceDetail['stats']>;

export interface ServicesStore {
  phase: 'loading' | 'ready' | 'failed';
  /** Why they could not be read; only while `failed`. */
  problems: readonly Problem[];
  report: ServicesReport | undefined;
  /** By service: what it used when it was last asked. */
  usage: Readonly<Record<string, Usage>>;
}

export const servicesStore = createStore<ServicesStore>(() => ({
  phase: 'loading',
  problems: [],
  report: undefined,
  usage: {},
}));

/** Looks at Docker too, so it is also what "Look again" does. What is shown stays until the answer is there. */
export async function loadServices(): Promise<void> {
  const answer = await bridge.call('services.list', {});
  if (answer.ok) servicesStore.setState({ phase: 'ready', problems: [], report: answer.value });
  else servicesStore.setState({ phase: 'failed', problems: answer.problems });
}

/** Pushes carry everything but the catalogue; before the first answer there is nothing to bring up to date. */
export function startServices(far: Pick<Bridge, 'onPush'>): () => void {
  return far.onPush((push: Push) => {
    if (push.name !== 'services.changed') return;
    const { report } = servicesStore.getState();
    if (report === undefined) return;
    const next = { ...report, ...push.data };
    if (!sameJson(next, report)) servicesStore.setState({ report: next });
  });
}

const NONE: readonly ServiceState[] = [];

export const servicesOf = ({ report }: ServicesStore): readonly ServiceState[] => report?.services ?? NONE;

/** It has a container that runs, so it can be asked what it uses. */
export const isRunning = ({ status, container }: ServiceState): boolean =>
  container !== undefined && ['ready', 'unready', 'starting'].includes(status);

/** Something is under way for it. */
export const isBusy = ({ status }: ServiceState): boolean =>
  ['pulling', 'creating', 'starting', 'stopping', 'removing'].includes(status);

export const isBroken = ({ status }: ServiceState): boolean => ['failed', 'unready'].includes(status);
