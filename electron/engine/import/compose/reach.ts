/** Where a service of a compose file is reached from this machine: by its published ports. */
import type { Place } from '../../../../shared/problem.ts';
import type { Notes } from '../notes.ts';
import type { Upstream } from '../pool.ts';
import type { Service } from './service.ts';

/** `port` of the container, its only one unless said. Empty where it cannot be reached; the reason is noted. */
export function reach(
  service: Service,
  port: number | undefined,
  protocol: Upstream['protocol'],
  at: Place,
  notes: Notes,
): Upstream[] {
  const { published, isOnHost, name } = service;
  const wanted = port ?? (published.size === 1 ? [...published.keys()][0] : undefined);
  if (wanted === undefined) {
    notes.leftOut(at, `the service ${name}, which does not say its port,`, 'Say which of its ports serves.');
    return [];
  }
  const ports = published.get(wanted) ?? (isOnHost ? [wanted] : []);
  if (ports.length === 0)
    notes.leftOut(
      at,
      `the service ${name}, whose port ${wanted} has no fixed port on this machine,`,
      `Publish it, as in ports: ["127.0.0.1:${wanted}:${wanted}"]; or label it mogoly.host and mogoly.port=${wanted}, which needs no import.`,
    );
  return ports.map((each) => ({ protocol, host: 'localhost', port: each, weight: 1, base: '', rest: {} }));
}

export const portOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
