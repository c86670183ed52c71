/** A port of an image that we know nothing of: Docker's own proxy takes every connection, and drops it while nobody is behind. */
import { READY, orWaiting } from './answer.ts';
import { converse } from './conversation.ts';

/** A proxy with nobody behind it has closed by then. */
const STAYS_MS = 400;

export const knockPort = orWaiting((port) =>
  converse(port, async ({ readSome }) => {
    const stays = new Promise<'stays'>((resolve) => setTimeout(() => resolve('stays'), STAYS_MS));
    await Promise.race([readSome(), stays]);
    return READY;
  }),
);
