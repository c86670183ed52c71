/** Making a service, and what was asked for while it is not in the config: the form of a failed one begins with it. */
import { bridge } from '../bridge.ts';
import { success } from '../../shared/problem.ts';
import type { Result } from '../../shared/problem.ts';
import type { ServiceState } from '../../shared/service.ts';
import type { ServiceFile } from '../../shared/service-config.ts';
import { chooseService } from './service-view.ts';

const asked = new Map<string, ServiceFile>();

/** Begins; what comes of it is the state of the service, which is shown from then on. */
export async function createService(service: ServiceFile): Promise<Result<ServiceState>> {
  const answer = await bridge.call('services.create', { service });
  if (!answer.ok) return answer;
  asked.set(service.name, service);
  chooseService(service.name);
  return success(answer.value);
}

export const askedFor = (name: string): ServiceFile | undefined => asked.get(name);

/** A password that was typed is not held longer than a try needs it. */
export const forgetAsked = (name: string): void => void asked.delete(name);
