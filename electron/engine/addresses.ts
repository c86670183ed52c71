/** From `listen:` to the addresses to bind. */
import type { Config } from '../../shared/config.ts';
import type { ListenAddress } from './generation.ts';

export type ListenerKind = ListenAddress['kind'];

/** The port people type nothing for, and the one to fall back to where it cannot be bound. */
export const PORTS: Record<ListenerKind, { preferred: number; fallback: number }> = {
  http: { preferred: 80, fallback: 8080 },
  https: { preferred: 443, fallback: 8443 },
  dns: { preferred: 53, fallback: 5354 },
};

const LOOPBACK = ['127.0.0.1', '::1'];

/** A number is both loopback families; `localhost:80` too; `0.0.0.0:80` and `[::]:80` open it to the LAN. */
export function addressesOf(
  kind: ListenerKind,
  setting: Config['listen'][ListenerKind],
  port = PORTS[kind].preferred,
): ListenAddress[] {
  if (setting === 'off') return [];
  if (setting === undefined) return LOOPBACK.map((address) => ({ kind, address, port }));
  if (typeof setting === 'number') return LOOPBACK.map((address) => ({ kind, address, port: setting }));
  const at = setting.lastIndexOf(':');
  const host = setting.slice(0, at).replace(/^\[|\]$/g, '');
  const given = Number(setting.slice(at + 1));
  const addresses = host === 'localhost' ? LOOPBACK : host === '*' ? ['0.0.0.0', '::'] : [host];
  return addresses.map((address) => ({ kind, address, port: given }));
}
