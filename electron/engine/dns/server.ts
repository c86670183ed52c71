/** A DNS listener: UDP and TCP on one address and port (RFC 7766). */
import { success, failure, type Result } from '../../../shared/problem.ts';
import type { ListenAddress } from '../generation.ts';
import { listenProblem } from '../listen-problem.ts';
import type { Responder } from './responder.ts';
import { listenTcp, type TcpSide } from './tcp-side.ts';
import { bindUdp, type UdpSide } from './udp-side.ts';

/** Attempts to find a port that is free for both, where any will do. */
const PORT_ATTEMPTS = 20;
/** Between looks whether the last waiting client has its answer. */
const SETTLE_LOOK_MS = 20;

export interface DnsListener extends ListenAddress {
  kind: 'dns';
  /** Of what was asked for: port 0 is bound to another one. */
  key: string;
  /** Waits for the answers under way, at most until the deadline. */
  close: (deadlineMs: number) => Promise<void>;
}

/** Errors: LISTEN_PORT_TAKEN, LISTEN_PORT_PRIVILEGED, LISTEN_ADDRESS_UNKNOWN, LISTEN_FAILED. */
export async function openDnsListener(address: ListenAddress, responder: Responder): Promise<Result<DnsListener>> {
  for (let attempt = 1; ; attempt++) {
    try {
      const tcp = await listenTcp(address, responder);
      const { port } = tcp;
      try {
        const udp = await bindUdp({ ...address, port }, responder);
        const close = closer(udp, tcp, responder);
        return success({ ...address, kind: 'dns', key: `dns ${address.address} ${address.port}`, port, close });
      } catch (error) {
        await tcp.close();
        if (address.port !== 0 || attempt === PORT_ATTEMPTS) throw error;
      }
    } catch (error) {
      return failure(listenProblem(address, error as NodeJS.ErrnoException));
    }
  }
}

function closer(udp: UdpSide, tcp: TcpSide, responder: Responder): (deadlineMs: number) => Promise<void> {
  let closing: Promise<void> | undefined;
  const close = async (deadlineMs: number): Promise<void> => {
    tcp.stopAccepting();
    const deadline = performance.now() + deadlineMs;
    while (responder.waiting() > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, SETTLE_LOOK_MS));
    await Promise.all([udp.close(), tcp.close()]);
  };
  return (deadlineMs) => (closing ??= close(deadlineMs));
}
