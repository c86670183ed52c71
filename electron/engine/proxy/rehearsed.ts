/** Attempts on a backend whose failure is rehearsed: refused, late, or answered with an error as if by the backend. */
import type { Socket } from 'node:net';
import type { LocalReply, RehearsedFault } from '../generation.ts';
import type { OutboundRequest, ResponseHandler, Transport } from './transport/transport.ts';
import { TransportError } from './transport/transport-error.ts';

/** In the place of the backend's own transport, which `real` gives when a late answer is due. */
export function rehearsedTransport(fault: RehearsedFault, real: () => Transport): Pick<Transport, 'dispatch'> {
  return {
    dispatch(request, handler, needs) {
      if (fault.kind === 'kill') setImmediate(() => handler.onError(refused()));
      else if (fault.kind === 'fail') setImmediate(() => fail(fault, request, handler, needs?.expectContinue === true));
      else delay(fault, request, handler, (rest) => real().dispatch(rest, handler, needs));
    },
  };
}

/** The same for an upgrade, whose connection is made before a byte is sent. */
export async function rehearsedDial(fault: RehearsedFault, dial: () => Promise<Socket>): Promise<Socket> {
  if (fault.kind === 'kill') throw refused();
  if (fault.kind === 'slow') await new Promise<void>((resolve) => void fault.wait(fault.delayMs, resolve));
  return dial();
}

/** What a backend that fails answers to everything. */
export const rehearsedReply = ({ status }: RehearsedFault): LocalReply & { body: string } => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-mogoly-rehearsal': 'fail' },
  body: `${status}: this failure of the backend is rehearsed with Mogoly.\n`,
});

const refused = (): TransportError => new TransportError('REHEARSED_REFUSAL', 'connection refused (rehearsed)');

/** A body that comes unasked is read and dropped; one that waits for a 100 is never asked for. */
function fail(
  fault: RehearsedFault,
  request: OutboundRequest,
  handler: ResponseHandler,
  expectsContinue: boolean,
): void {
  const { status, headers = {}, body } = rehearsedReply(fault);
  handler.onConnect(() => undefined);
  if (expectsContinue) request.body?.destroy();
  else request.body?.resume();
  const flat = [...Object.entries(headers).flat(2), 'content-length', String(body.length)];
  const head = {
    status,
    statusText: 'Rehearsed Failure',
    headers: flat,
    length: request.method === 'HEAD' ? 0 : body.length,
  };
  handler.onHead(head, () => undefined);
  if (request.method !== 'HEAD') handler.onText(body);
  handler.onComplete([]);
}

/** Only the answer is late: the request counts as sent, and the time for a response runs. */
function delay(
  fault: RehearsedFault,
  request: OutboundRequest,
  handler: ResponseHandler,
  send: (rest: OutboundRequest) => void,
): void {
  const { responseTimeoutMs } = request;
  const isTooLate = responseTimeoutMs > 0 && responseTimeoutMs <= fault.delayMs;
  const startedAt = performance.now();
  const forget = fault.wait(isTooLate ? responseTimeoutMs : fault.delayMs, () => {
    const waitedMs = performance.now() - startedAt;
    if (isTooLate && waitedMs >= responseTimeoutMs - 1)
      handler.onError(new TransportError('RESPONSE_TIMEOUT', 'no response in time'));
    else if (responseTimeoutMs === 0) send(request);
    else send({ ...request, responseTimeoutMs: Math.max(1, Math.round(responseTimeoutMs - waitedMs)) });
  });
  handler.onConnect(forget);
}
