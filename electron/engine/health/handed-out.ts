/** Live parts of backends that were handed out to a config being built, until an adoption takes them in. */
import { initialState, isAvailable } from './state.ts';
import type { BackendLive, HealthPolicy } from '../generation.ts';

/** Live parts handed out for configs that were never applied; more are forgotten. */
const PENDING_MAX = 200_000;

interface Part {
  originKey: string;
  live: BackendLive;
}

export class HandedOut {
  /** Since the last adoption began. */
  private pending = new Map<string, Part>();
  /** Before it; the adoption under way takes them in. */
  private arriving = new Map<string, Part>();

  /** The one handed out before for this id and origin, else a fresh one. */
  live(id: string, originKey: string, policy: HealthPolicy): BackendLive {
    const known = [this.pending.get(id), this.arriving.get(id)].find((part) => part?.originKey === originKey);
    if (known !== undefined) return known.live;
    const live = freshLive(policy);
    if (this.pending.size >= PENDING_MAX) this.pending.clear();
    this.pending.set(id, { originKey, live });
    return live;
  }

  /** The origin this very live part was handed out for; undefined when it is not among those being taken in. */
  originKeyOf(id: string, live: BackendLive): string | undefined {
    const part = this.arriving.get(id);
    return part?.live === live ? part.originKey : undefined;
  }

  beginAdoption(): void {
    this.arriving = this.pending;
    this.pending = new Map();
  }

  endAdoption(): void {
    this.arriving = new Map();
  }
}

function freshLive(policy: HealthPolicy): BackendLive {
  const state = initialState(policy);
  return { active: 0, requests: 0, failures: 0, health: state.status, available: isAvailable(state) };
}
