/** What a try at a connection tells. */
import type { Credentials } from '../catalogue.ts';

/**
 * `ready`: it took the credentials, or there is nothing to take · `refused`: it answers and does not take them ·
 * `waiting`: not yet.
 */
export interface Answer {
  kind: 'ready' | 'refused' | 'waiting';
  /** Its own words, or the system's. */
  said?: string;
}

/** Never rejects. */
export type Knock = (port: number, credentials: Credentials) => Promise<Answer>;

export const READY: Answer = { kind: 'ready' };

/** Whatever breaks the talk means: not yet. */
export const orWaiting =
  (knock: Knock): Knock =>
  async (port, credentials) => {
    try {
      return await knock(port, credentials);
    } catch (error) {
      return { kind: 'waiting', said: error instanceof Error ? error.message : String(error) };
    }
  };
