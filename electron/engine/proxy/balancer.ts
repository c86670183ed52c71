/** Chooses the backend of a request among those of a pool that can serve: the four strategies, stickiness and backups. */
import { createHash } from 'node:crypto';
import type { Backend, Pool } from '../generation.ts';

export interface PickRequest {
  /** Address of the client; ip_hash goes by it. */
  client: string;
  /** Value of the pool's sticky cookie, when the request carries one. */
  sticky?: string | undefined;
  /** Backends this request has failed on. */
  tried?: ReadonlySet<Backend> | undefined;
  /** From 0 up to 1; Math.random unless given. */
  random?: (() => number) | undefined;
}

export interface ExplainedBackend {
  backend: Backend;
  /** Whether this request may get it now. */
  available: boolean;
  /** `down`, `disabled`, `draining`, `at max_connections`, `already tried`, `weight 0` or `backup not needed`. */
  reason?: string;
}

type Member = Backend | Pool;

/** Which members take part in a pick: bit 0 is set when only those of weight 0 are left, bit 1 when only backups are. */
type Tier = number;
const TIER_NONE: Tier = -1;
const TIER_ZERO: Tier = 1;
const TIER_BACKUP: Tier = 2;

/** Bytes of the token's hash: short in a cookie, and no two of 100,000 backends meet. */
const TOKEN_BYTES = 9;

/**
 * The backend for this request, by the pool's strategy; undefined when none can serve. A sticky client keeps its
 * backend whatever the strategy, also one that drains. Moves the rotation on.
 */
export function pickBackend(pool: Pool, request: PickRequest): Backend | undefined {
  return descend(pool, request, true);
}

/** What pickBackend would give now; nothing moves. (Under `random` it is one draw of many.) */
export function peekBackend(pool: Pool, request: PickRequest): Backend | undefined {
  return descend(pool, request, false);
}

/** Every backend of the pool, those of inner pools in their place. */
export function poolBackends(pool: Pool): Backend[] {
  return pool.members.flatMap((member) => (member.kind === 'pool' ? poolBackends(member) : [member]));
}

/** Each backend of the pool, with why it could not be picked for this request; nothing moves. */
export function explainPool(pool: Pool, request: PickRequest): ExplainedBackend[] {
  const explained: ExplainedBackend[] = [];
  explainInto(explained, pool, request, { sticky: false });
  return explained;
}

const tokens = new WeakMap<Backend, string>();

/** What the sticky cookie says of a backend: the same over restarts while its id stays, and tells nothing of its URL. */
export function stickyToken(backend: Backend): string {
  let token = tokens.get(backend);
  if (token === undefined) {
    token = createHash('sha256').update(backend.id).digest().subarray(0, TOKEN_BYTES).toString('base64url');
    tokens.set(backend, token);
  }
  return token;
}

function descend(pool: Pool, request: PickRequest, move: boolean): Backend | undefined {
  if (pool.stickyCookie !== undefined && request.sticky !== undefined) {
    const kept = stickyBackend(pool, request.sticky);
    if (kept !== undefined && servesSticky(kept, request)) return kept;
  }
  const member = chooseMember(pool, request, move);
  return member === undefined || member.kind === 'backend' ? member : descend(member, request, move);
}

function chooseMember(pool: Pool, request: PickRequest, move: boolean): Member | undefined {
  const { members } = pool;
  if (members.length === 1) {
    const only = members[0];
    return only !== undefined && serves(only, request) ? only : undefined;
  }
  const tier = tierOf(members, request);
  if (tier === TIER_NONE) return undefined;
  switch (pool.strategy) {
    case 'round_robin':
      return roundRobin(pool, tier, request, move);
    case 'least_connections':
      return leastConnections(pool, tier, request, move);
    case 'random':
      return weightedRandom(members, tier, request);
    case 'ip_hash':
      return rendezvous(pool, tier, request);
  }
}

/** Whether a request may go to this member, its weight and place as a backup aside. */
function serves(member: Member, request: PickRequest): boolean {
  if (member.kind === 'backend') return !member.drain && servesSticky(member, request);
  if (member.disabled) return false;
  for (const inner of member.members) if (serves(inner, request)) return true;
  return false;
}

function servesSticky(backend: Backend, { tried }: PickRequest): boolean {
  const { live } = backend;
  return (
    live.available &&
    !backend.disabled &&
    live.active < backend.maxConnections &&
    (tried === undefined || !tried.has(backend))
  );
}

/** The first of: weighted members, members of weight 0, weighted backups, backups of weight 0. */
function tierOf(members: readonly Member[], request: PickRequest): Tier {
  let best = TIER_NONE;
  for (const member of members) {
    const tier = (member.backup ? TIER_BACKUP : 0) | (member.weight > 0 ? 0 : TIER_ZERO);
    if (best !== TIER_NONE && tier >= best) continue;
    if (!serves(member, request)) continue;
    if (tier === 0) return 0;
    best = tier;
  }
  return best;
}

/** A member's weight in this pick; 0 leaves it out. */
function shareOf(member: Member, tier: Tier, request: PickRequest): number {
  if (member.backup !== ((tier & TIER_BACKUP) !== 0)) return 0;
  const share = (tier & TIER_ZERO) !== 0 ? 1 : member.weight;
  return share > 0 && serves(member, request) ? share : 0;
}

/**
 * Smooth weighted round robin, as nginx does it: each candidate gains its weight, the richest is picked and pays the
 * sum. The current weights always add up to 0, so a candidate that comes and goes leaves the others' shares fair.
 * With `atLoad`, only candidates of exactly that load take part.
 */
function roundRobin(pool: Pool, tier: Tier, request: PickRequest, move: boolean, atLoad = -1): Member | undefined {
  const { members, rotation } = pool;
  let best = -1;
  let bestCurrent = 0;
  let total = 0;
  for (let i = 0; i < members.length; i++) {
    const member = members[i] as Member;
    const share = shareOf(member, tier, request);
    if (share === 0 || (atLoad >= 0 && activeOf(member) / share !== atLoad)) continue;
    const current = (rotation[i] ?? 0) + share;
    if (move) rotation[i] = current;
    total += share;
    if (best === -1 || current > bestCurrent) {
      best = i;
      bestCurrent = current;
    }
  }
  if (best === -1) return undefined;
  if (move) rotation[best] = bestCurrent - total;
  return members[best];
}

/** The lowest load, that is requests under way per weight; those that tie take turns. */
function leastConnections(pool: Pool, tier: Tier, request: PickRequest, move: boolean): Member | undefined {
  let lowest = Infinity;
  for (const member of pool.members) {
    const share = shareOf(member, tier, request);
    if (share > 0) lowest = Math.min(lowest, activeOf(member) / share);
  }
  return roundRobin(pool, tier, request, move, lowest);
}

function activeOf(member: Member): number {
  if (member.kind === 'backend') return member.live.active;
  let active = 0;
  for (const inner of member.members) active += activeOf(inner);
  return active;
}

function weightedRandom(members: readonly Member[], tier: Tier, request: PickRequest): Member | undefined {
  let total = 0;
  for (const member of members) total += shareOf(member, tier, request);
  let left = (request.random ?? Math.random)() * total;
  let last: Member | undefined;
  for (const member of members) {
    const share = shareOf(member, tier, request);
    if (share === 0) continue;
    last = member;
    left -= share;
    if (left < 0) return member;
  }
  return last;
}

/**
 * Weighted rendezvous hashing: the highest −weight ÷ ln(hash of client and member). A member that goes away moves only
 * its own clients, and they come back to it.
 */
function rendezvous(pool: Pool, tier: Tier, request: PickRequest): Member | undefined {
  const seeds = seedsOf(pool);
  const client = mix(hashText(request.client));
  let best: Member | undefined;
  let bestScore = -1;
  for (let i = 0; i < pool.members.length; i++) {
    const member = pool.members[i] as Member;
    const share = shareOf(member, tier, request);
    if (share === 0) continue;
    const score = -share / Math.log((mix((client + (seeds[i] ?? 0)) | 0) + 0.5) / 0x1_0000_0000);
    if (score > bestScore) {
      best = member;
      bestScore = score;
    }
  }
  return best;
}

const memberSeeds = new WeakMap<Pool, Uint32Array>();

function seedsOf(pool: Pool): Uint32Array {
  let seeds = memberSeeds.get(pool);
  if (seeds === undefined) {
    seeds = Uint32Array.from(pool.members, (member) =>
      mix(hashText(member.kind === 'backend' ? member.id : `pool ${member.name}`)),
    );
    memberSeeds.set(pool, seeds);
  }
  return seeds;
}

/** FNV-1a over UTF-16 units. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** The finaliser of MurmurHash3: each bit of the input reaches each bit of the result. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const stickyBackends = new WeakMap<Pool, Map<string, Backend>>();

function stickyBackend(pool: Pool, token: string): Backend | undefined {
  let byToken = stickyBackends.get(pool);
  if (byToken === undefined) {
    byToken = new Map(enabledBackends(pool).map((backend) => [stickyToken(backend), backend]));
    stickyBackends.set(pool, byToken);
  }
  return byToken.get(token);
}

/** Those that no disabled pool hides. */
function enabledBackends(pool: Pool): Backend[] {
  if (pool.disabled) return [];
  return pool.members.flatMap((member) => (member.kind === 'pool' ? enabledBackends(member) : [member]));
}

/** What an inner pool takes over from those around it. */
interface Surroundings {
  reason?: string | undefined;
  sticky: boolean;
}

function explainInto(explained: ExplainedBackend[], pool: Pool, request: PickRequest, around: Surroundings): void {
  const tier = tierOf(pool.members, request);
  const sticky = around.sticky || pool.stickyCookie !== undefined;
  for (const member of pool.members) {
    const place = around.reason ?? passedOver(member, tier);
    if (member.kind === 'pool') {
      explainInto(explained, member, request, { reason: member.disabled ? 'disabled' : place, sticky });
      continue;
    }
    const kept = sticky && around.reason !== 'disabled' && request.sticky === stickyToken(member);
    const reason = unfit(member, request, kept) ?? (kept ? undefined : place);
    explained.push(
      reason === undefined ? { backend: member, available: true } : { backend: member, available: false, reason },
    );
  }
}

/** Why a member that could serve is left out of the pick. */
function passedOver(member: Member, tier: Tier): string | undefined {
  if (tier === TIER_NONE) return undefined;
  if (member.backup && (tier & TIER_BACKUP) === 0) return 'backup not needed';
  return member.weight === 0 && (tier & TIER_ZERO) === 0 ? 'weight 0' : undefined;
}

function unfit(backend: Backend, { tried }: PickRequest, kept: boolean): string | undefined {
  if (backend.disabled) return 'disabled';
  if (!backend.live.available) return 'down';
  if (backend.drain && !kept) return 'draining';
  if (tried?.has(backend)) return 'already tried';
  return backend.live.active >= backend.maxConnections ? 'at max_connections' : undefined;
}
