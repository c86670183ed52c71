/** What is in force, as the rooms that serve names and trust ask for it. */
import type { Config } from '../../shared/config.ts';
import type { ListenerState } from '../../shared/state.ts';
import type { WantedNames } from '../../shared/system-names.ts';
import { lanAddresses, serviceHosts } from './dns-names.ts';
import type { Generation, ListenAddress } from './generation.ts';

export interface InForce {
  current: Generation;
  config: Config | undefined;
  /** Also those that could not be opened. */
  listeners: readonly ListenerState[];
}

export const portOf = ({ listeners }: InForce, kind: ListenAddress['kind']): number | undefined =>
  listeners.find((listener) => listener.kind === kind && listener.problem === undefined)?.port;

/** A host to try a handshake with: the first exact one with a local certificate. */
export function httpsProbe(state: InForce): { host: string; port: number } | undefined {
  const port = portOf(state, 'https');
  const local = state.current.sites.filter(({ disabled, tls }) => !disabled && tls.kind === 'local');
  const host = local.flatMap(({ hosts }) => hosts).find((name) => !name.startsWith('*'));
  return port === undefined || host === undefined ? undefined : { host, port };
}

/** What the operating system is to find. */
export function wantedNames(state: InForce): WantedNames {
  const dns = state.listeners.find(({ kind, problem }) => kind === 'dns' && problem === undefined);
  const isOpened = state.listeners.some(({ address }) => address === '0.0.0.0' || address === '::');
  const lan = isOpened ? lanAddresses() : undefined;
  return {
    zones: state.config?.zones ?? [],
    hosts: [
      ...state.current.sites.filter(({ disabled }) => !disabled).flatMap(({ hosts }) => hosts),
      ...(state.config === undefined ? [] : serviceHosts(state.config)),
    ],
    dns: dns && { address: dns.address === '0.0.0.0' ? '127.0.0.1' : dns.address, port: dns.port },
    addresses: lan === undefined ? ['127.0.0.1', '::1'] : [lan.v4, ...(lan.v6 === undefined ? [] : [lan.v6])],
  };
}
