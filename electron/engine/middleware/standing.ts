/** How a client stands in the window of a rate limit. */

export interface WindowRule {
  limit: number;
  windowMs: number;
}

export interface Standing {
  allowed: boolean;
  remaining: number;
  /** Until the oldest counted request leaves the window. */
  resetMs: number;
}
