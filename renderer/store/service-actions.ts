/** What is done to a service from the window: sent, told by a toast, undone where that can be. */
import { bridge } from '../bridge.ts';
import type { Problem } from '../../shared/problem.ts';
import type { ServiceState } from '../../shared/service.ts';
import { noteRevision } from './live.ts';
import { askedFor, forgetAsked } from './service-create.ts';
import { openServiceForm } from './service-form.ts';
import { chooseService, serviceView } from './service-view.ts';
import { servicesOf, servicesStore } from './services.ts';
import { showProblems, showToast } from './toasts.ts';
import { viewStore } from './view.ts';

export type ServiceVerb = 'start' | 'stop' | 'restart' | 'recreate';

/** A service that could not be made keeps the reason as its state; these are no reasons of that kind. */
const NOT_ITS_STATE = /^(SERVICE_(BUSY|UNKNOWN|ABSENT|EXISTS|NOT_IN_CONFIG)|DOCKER_|COMMAND_|APP_|INTERNAL)/;

function tell(name: string, problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (first.code === 'SERVICE_CANCELLED') return showToast({ kind: 'note', message: first.message });
  const service = servicesOf(servicesStore.getState()).find((each) => each.name === name);
  const isInSight = viewStore.getState().screen === 'services' && serviceView.getState().chosen === name;
  // One that has a container goes on with it, and its state says only how that is.
  const isTold = isInSight && service?.container === undefined && !NOT_ITS_STATE.test(first.code);
  if (!isTold) showProblems(problems);
}

/** Answers when it is done, which may be minutes; how far it is comes as pushes. */
async function act(verb: ServiceVerb, name: string): Promise<ServiceState | undefined> {
  const answer = await bridge.call(`services.${verb}`, { name });
  if (answer.ok) return answer.value;
  tell(name, answer.problems);
  return undefined;
}

/** Also makes one whose making failed: the engine keeps what was asked for. */
export async function startService(name: string): Promise<void> {
  if (await act('start', name)) showToast({ kind: 'note', message: `${name} is started.` });
}

export async function stopService(name: string): Promise<void> {
  if (!(await act('stop', name))) return;
  const action = { label: 'Undo', run: () => void startService(name) };
  showToast({ kind: 'change', message: `${name} is stopped. Its data stay.`, action });
}

export async function restartService(name: string): Promise<void> {
  if (await act('restart', name)) showToast({ kind: 'note', message: `${name} is restarted.` });
}

export async function recreateService(name: string): Promise<void> {
  if (await act('recreate', name))
    showToast({ kind: 'note', message: `${name} has a new container. Its data and password are the same.` });
}

export async function cancelWork(name: string): Promise<void> {
  const answer = await bridge.call('services.cancel', { name });
  if (!answer.ok) showProblems(answer.problems);
  else if (!answer.value.cancelled)
    showToast({ kind: 'note', message: `Nothing is under way for ${name} that could be cancelled.` });
}

/** The form with what was asked for. */
export function changeAsked({ name, type, image }: ServiceState): void {
  const { type: _, ...value } = askedFor(name) ?? { name, ...(type === 'custom' ? { image } : {}) };
  openServiceForm({ type, value: JSON.parse(JSON.stringify(value)) as Record<string, never> });
}

/** One whose making failed has nothing to be kept. */
export const wasMade = ({ container, inConfig }: ServiceState): boolean => container !== undefined || inConfig;

/** With its data kept it comes back by Undo: its entry returns to the config, and finds them. */
export async function deleteService(service: ServiceState, withVolumes: boolean): Promise<boolean> {
  const { name, inConfig } = service;
  const before = inConfig && !withVolumes ? await revisionNow() : undefined;
  const answer = await bridge.call('services.delete', { name, volumes: withVolumes });
  if (!answer.ok) {
    showProblems(answer.problems);
    return false;
  }
  forgetAsked(name);
  const message = wasMade(service)
    ? deletedText(name, withVolumes, answer.value.volumes)
    : `${name} has left the list.`;
  const action = before === undefined ? undefined : { label: 'Undo', run: () => void bringBack(name, before) };
  showToast({ kind: 'change', message, action });
  return true;
}

function deletedText(name: string, withVolumes: boolean, volumes: readonly string[]): string {
  if (!withVolumes) return `${name} is deleted. Its data and its password are kept.`;
  return volumes.length === 0
    ? `${name} is deleted. It had no volume of its own.`
    : `${name} is deleted, with ${volumes.join(', ')}.`;
}

async function revisionNow(): Promise<number | undefined> {
  const answer = await bridge.call('config.get', {});
  return answer.ok && answer.value.revision > 0 ? answer.value.revision : undefined;
}

/** The config of before; what is new in it is made, as after any apply. */
async function bringBack(name: string, to: number): Promise<void> {
  const now = await revisionNow();
  const request = now === undefined ? { id: to } : { id: to, baseRevision: now };
  const answer = await bridge.call('config.rollback', request);
  if (!answer.ok) return showProblems(answer.problems);
  noteRevision(answer.value.revision);
  chooseService(name);
  showToast({ kind: 'note', message: `${name} is back in the config, and made again on its data.` });
}
