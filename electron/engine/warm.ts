/** Opens the connection to each backend before the first request needs it. */
import type { Backend, Origin } from './generation.ts';

/** The response handler and the transport of the proxy room, as far as they are used here. */
interface WarmTransport {
  dispatch: (
    request: {
      method: string;
      path: string;
      headers: string[];
      body: null;
      responseTimeoutMs: number;
    },
    handler: WarmHandler,
    needs: undefined,
  ) => void;
}

interface WarmHandler {
  onConnect: (abort: () => void) => void;
  onInformational: () => void;
  onHead: () => boolean;
  onText: () => void;
  onData: () => 'sent';
  onComplete: () => void;
  onError: () => void;
}

/** A backend that takes longer is warmed by its first request. */
const WARM_TIMEOUT_MS = 3_000;

/** Gets the health page of each, over the connection that real requests use. Never rejects. */
export async function warm(
  backends: readonly Backend[],
  transports: { get: (origin: Origin) => WarmTransport },
): Promise<void> {
  await Promise.all(
    backends.filter(({ off }) => !off).map((backend) => warmOne(backend, transports.get(backend.origin))),
  );
}

function warmOne({ origin, health }: Backend, transport: WarmTransport): Promise<void> {
  return new Promise((resolve) => {
    let abort = (): void => undefined;
    const deadline = setTimeout(() => abort(), WARM_TIMEOUT_MS);
    const done = (): void => {
      clearTimeout(deadline);
      resolve();
    };
    const handler: WarmHandler = {
      onConnect: (stop) => void (abort = stop),
      onInformational: () => undefined,
      onHead: () => true,
      onText: () => undefined,
      onData: () => 'sent',
      onComplete: done,
      onError: done,
    };
    const headers = ['host', origin.authority, 'user-agent', 'mogoly-health', 'accept', '*/*'];
    transport.dispatch(
      {
        method: 'GET',
        path: health.path,
        headers,
        body: null,
        responseTimeoutMs: WARM_TIMEOUT_MS,
      },
      handler,
      undefined,
    );
  });
}
