/** The life of one published name: probed, announced, defended, taken back (RFC 6762 sections 8 to 10). */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Packet } from 'dns-packet';
import type { MdnsLink } from './mdns-link.ts';
import { announcement, foreignClaim, goodbye, losesTo, probePacket } from './mdns-records.ts';

/** RFC 6762 section 8.1: three probes, 250 ms apart. */
const PROBES = 3;
const PROBE_GAP_MS = 250;
/** Section 8.2: who loses to another prober waits so long and begins again. */
const DEFER_MS = 1_000;
/** Section 8.3: at least two announcements, a second apart. */
const ANNOUNCEMENTS = 2;
const ANNOUNCE_GAP_MS = 1_000;

export type NameStatus = 'probing' | 'published' | 'conflict';

export interface NameDeps {
  links: () => readonly MdnsLink[];
  isOurs: (address: string) => boolean;
  onPublished: (host: string) => void;
  /** Another responder has it, at this address. */
  onConflict: (host: string, address: string) => void;
}

export class PublishedName {
  status: NameStatus = 'probing';
  /** Where the other owner is. */
  rival: string | undefined;
  private round = new AbortController();

  constructor(
    readonly host: string,
    private readonly deps: NameDeps,
  ) {}

  /** Begins, or begins anew; resolves when the name is published, in conflict, or another round was begun. */
  async probe(): Promise<void> {
    this.round.abort();
    this.round = new AbortController();
    const { signal } = this.round;
    this.status = 'probing';
    this.rival = undefined;
    // Machines that wake together do not all speak at once.
    await this.pause(Math.random() * PROBE_GAP_MS, signal);
    for (let count = 0; count < PROBES && !signal.aborted; count++) {
      for (const link of this.deps.links()) void link.query(probePacket(this.host, link.interface.addresses));
      await this.pause(PROBE_GAP_MS, signal);
    }
    if (signal.aborted) return;
    this.status = 'published';
    this.deps.onPublished(this.host);
    void this.announce(signal);
  }

  /** Another prober asks for the name in this query at the same time. */
  async meetProbe(link: MdnsLink, query: Packet): Promise<void> {
    if (this.status !== 'probing') return;
    if (foreignClaim(query.authorities, this.host, this.deps.isOurs) === undefined) return;
    if (!losesTo(query.authorities, this.host, link.interface.addresses)) return;
    this.round.abort();
    this.round = new AbortController();
    const { signal } = this.round;
    await this.pause(DEFER_MS, signal);
    if (!signal.aborted) await this.probe();
  }

  /** A claim of somebody else's: the end while probing, and a new round of probes afterwards (section 9). */
  meetResponse(response: Packet): void {
    if (this.status === 'conflict') return;
    const records = [...(response.answers ?? []), ...(response.additionals ?? [])];
    const rival = foreignClaim(records, this.host, this.deps.isOurs);
    if (rival === undefined) return;
    if (this.status === 'published') {
      void this.probe();
      return;
    }
    this.round.abort();
    this.status = 'conflict';
    this.rival = rival;
    this.deps.onConflict(this.host, rival);
  }

  /** Stops, and tells those who keep it that it is gone. */
  async withdraw(): Promise<void> {
    const wasPublished = this.status === 'published';
    this.round.abort();
    if (!wasPublished) return;
    await Promise.all(this.deps.links().map((link) => link.respond(goodbye(this.host, link.interface.addresses))));
  }

  private async announce(signal: AbortSignal): Promise<void> {
    for (let count = 0; count < ANNOUNCEMENTS && !signal.aborted; count++) {
      for (const link of this.deps.links()) {
        link.sentMs.set(this.host, performance.now());
        void link.respond(announcement(this.host, link.interface.addresses));
      }
      await this.pause(ANNOUNCE_GAP_MS, signal);
    }
  }

  private async pause(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined); // ended early: the caller looks at the signal
  }
}
