/** The ports that the config asks for, or people type nothing for, and whether we have them. */
import { addressesOf, PORTS, type ListenerKind } from '../../addresses.ts';
import type { ListenAddress } from '../../generation.ts';
import type { DoctorDeps } from './check.ts';

export interface WantedPort {
  kind: ListenerKind;
  port: number;
  addresses: ListenAddress[];
  /** Set in the config; the usual one otherwise. */
  isSet: boolean;
  /** We listen there. */
  isOurs: boolean;
  /** Where we listen instead. */
  fallback: number | undefined;
}

export async function wantedPorts(deps: DoctorDeps): Promise<WantedPort[]> {
  const listen = await deps.listen();
  const running = deps.listeners().filter(({ problem }) => problem === undefined);
  return (Object.keys(PORTS) as ListenerKind[]).flatMap((kind) => {
    const setting = listen?.[kind];
    const addresses = addressesOf(kind, setting);
    const port = addresses[0]?.port;
    if (port === undefined || port === 0) return [];
    const ours = running.filter((listener) => listener.kind === kind);
    const isOurs = ours.some((listener) => listener.port === port);
    return [
      { kind, port, addresses, isSet: setting !== undefined, isOurs, fallback: isOurs ? undefined : ours[0]?.port },
    ];
  });
}
