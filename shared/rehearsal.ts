/** A failure of one backend that is rehearsed: what it takes, what is shown of it, and its bounds. */
import { z } from 'zod';

/** `kill`: as if the connection were refused · `slow`: the answer comes late · `fail`: an error is answered. */
export const REHEARSAL_KINDS = ['kill', 'slow', 'fail'] as const;
export type RehearsalKind = (typeof REHEARSAL_KINDS)[number];

/** A rehearsal is forgotten easily; none lasts longer than this. */
const DURATION_MAX_MS = 600_000;
/** A longer delay would hold requests and sockets for nothing. */
const DELAY_MAX_MS = 60_000;

export const rehearsalSchema = z.strictObject({
  site: z.string().min(1),
  backend: z.string().min(1).describe('Its id, or its name in the site.'),
  kind: z.enum(REHEARSAL_KINDS),
  delayMs: z.number().int().min(1).max(DELAY_MAX_MS).default(2_000).describe('Of every answer, where it is slow.'),
  status: z.number().int().min(500).max(599).default(503).describe('Answered, where it fails.'),
  durationMs: z
    .number()
    .int()
    .min(1_000)
    .max(DURATION_MAX_MS)
    .default(30_000)
    .describe('It ends by itself after this.'),
});
export type RehearsalRequest = z.output<typeof rehearsalSchema>;

export interface Rehearsal {
  /** Counts up from 1 in one run of the engine. */
  id: number;
  site: string;
  /** Id of the backend. */
  backend: string;
  name: string;
  kind: RehearsalKind;
  /** Of every answer, where it is slow. */
  delayMs?: number;
  /** Answered, where it fails. */
  status?: number;
  /** Milliseconds since 1970. */
  startedAt: number;
  endsAt: number;
}

/** Its time was over, somebody ended it, another took its place, its backend was taken out, or the engine stopped. */
export type RehearsalEnd = 'time' | 'stopped' | 'replaced' | 'removed' | 'engine';

export interface RehearsalEvents {
  'rehearsal.started': Rehearsal;
  'rehearsal.ended': Rehearsal & { reason: RehearsalEnd };
}
