/** Keeps a certificate for each site that wants one: what is due is ordered, a few at once, and failures wait their time. */
import type { AcmeReason, AcmeState } from '../../../shared/acme.ts';
import { failure, problem, success, type Problem, type Result } from '../../../shared/problem.ts';
import { covers, publicPart, type KeptCertificate } from './acme-certificate.ts';
import { AcmeError, acmeError, problemOf, reasonOf } from './acme-error.ts';
import type { Ground } from './acme-ground.ts';
import { askAuthority, issue, type IssueDeps } from './acme-issue.ts';
import { attemptAt, nextRetry } from './acme-retries.ts';

/** The names of one site, and the order for them that is under way. */
interface Entry {
  site: string;
  hosts: string[];
  key: string;
  controller?: AbortController;
  run?: Promise<void>;
  /** The authority is asked about its certificate. */
  asking?: AbortController;
}

export type OrdersDeps = Omit<IssueDeps, 'config' | 'directory'>;

/** Orders under way; more wait, so that a config with many sites does not flood the authority. */
const MAX_ORDERS = 2;
/** Nothing is due for longer: the clock is looked at all the same. */
const HEARTBEAT_MS = 60_000;
/** An expired certificate is kept this long, to be looked at. */
const KEEP_EXPIRED_MS = 30 * 24 * 3_600_000;

export class AcmeOrders {
  private readonly entries = new Map<string, Entry>();
  private readonly tasks = new Set<Promise<void>>();
  private ground: Ground | undefined;
  private timer: NodeJS.Timeout | undefined;
  private running = 0;
  private closed = false;

  constructor(private readonly deps: OrdersDeps) {}

  /** From now on these, on that ground; what is under way for others, or by other settings, is aborted. */
  adopt(ground: Ground | undefined, wanted: readonly { site: string; hosts: string[] }[]): void {
    const isSame = ground !== undefined && ground.settings === this.ground?.settings;
    const keys = new Set(wanted.map(({ hosts }) => hosts.join(' ')));
    for (const entry of this.entries.values()) {
      if (isSame && keys.has(entry.key)) continue;
      stop(entry);
      this.entries.delete(entry.key);
    }
    this.ground = ground;
    for (const { site, hosts } of wanted) {
      const key = hosts.join(' ');
      const entry = this.entries.get(key);
      if (entry) entry.site = site;
      else this.entries.set(key, { site, hosts, key });
    }
    this.pump();
  }

  /** The clock may have jumped, or the network come back: what failed for want of it is tried now. */
  refresh(): void {
    for (const { key } of this.entries.values()) {
      const retries = this.ground?.retries;
      if (retries?.get(key)?.problem.code === 'ACME_DIRECTORY_UNREACHABLE') void this.saved(retries.clear(key));
    }
    this.pump();
  }

  /** Orders anew whatever is there; only a wait that the authority asked for holds. */
  async renew(host: string): Promise<Result<AcmeState>> {
    const entry = [...this.entries.values()].find(({ hosts }) => hosts.some((name) => covers(name, host)));
    if (this.ground === undefined || entry === undefined) return failure(unknownName(host));
    const { retries } = this.ground;
    const retry = retries.get(entry.key);
    if (retry?.binding === true && attemptAt(retry, retry.settings, this.deps.now()) > this.deps.now()) {
      return failure(retry.problem);
    }
    if (entry.run === undefined) this.begin(entry, this.ground, 'asked');
    await entry.run;
    const failed = retries.get(entry.key);
    return failed ? failure(failed.problem) : success(this.stateOf(entry, this.ground));
  }

  list(): AcmeState[] {
    const { ground } = this;
    return ground === undefined ? [] : [...this.entries.values()].map((entry) => this.stateOf(entry, ground));
  }

  /** Aborts what is under way and waits for its end. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    for (const entry of this.entries.values()) stop(entry);
    await Promise.allSettled([...this.tasks]);
  }

  private stateOf({ site, hosts, key, controller }: Entry, ground: Ground): AcmeState {
    const certificate = ground.store.forAll(hosts);
    const retry = ground.retries.get(key);
    const serves = certificate !== undefined && certificate.notAfter > this.deps.now();
    const nextAttemptAt = this.dueAt(hosts, key, ground);
    return {
      site,
      hosts,
      status: controller ? 'ordering' : retry ? 'failed' : serves ? 'valid' : 'waiting',
      directory: ground.directory.url,
      ...(serves ? { certificate: publicPart(certificate) } : {}),
      ...(retry ? { problem: retry.problem } : {}),
      failures: retry?.failures ?? 0,
      ...(controller || nextAttemptAt === 0 ? {} : { nextAttemptAt }),
    };
  }

  private dueAt(hosts: readonly string[], key: string, { store, retries, settings }: Ground): number {
    const now = this.deps.now();
    const certificate = store.forAll(hosts);
    const wantedAt = certificate === undefined || certificate.notAfter <= now ? 0 : certificate.renewAt;
    return Math.max(wantedAt, attemptAt(retries.get(key), settings, now));
  }

  /** Begins what is due as far as there is room, and sets the timer for the rest. */
  private pump(): void {
    clearTimeout(this.timer);
    const { ground } = this;
    if (this.closed || ground === undefined || this.entries.size === 0) return;
    const now = this.deps.now();
    let nextAt = now + HEARTBEAT_MS;
    for (const entry of this.entries.values()) {
      if (entry.controller) continue;
      const dueAt = this.dueAt(entry.hosts, entry.key, ground);
      if (dueAt > now) nextAt = Math.min(nextAt, dueAt, this.askWhenDue(entry, ground, now));
      else if (this.running < MAX_ORDERS) {
        this.begin(entry, ground, ground.store.forAll(entry.hosts) === undefined ? 'new' : 'renewal');
      }
    }
    this.timer = setTimeout(() => this.pump(), nextAt - now);
    this.timer.unref();
  }

  private begin(entry: Entry, ground: Ground, reason: AcmeReason): void {
    const controller = new AbortController();
    entry.controller = controller;
    this.running++;
    entry.run = this.track(
      this.attempt(entry, ground, reason, controller.signal).finally(() => {
        delete entry.controller;
        delete entry.run;
        this.running--;
        this.pump();
      }),
    );
  }

  private async attempt(entry: Entry, ground: Ground, reason: AcmeReason, signal: AbortSignal): Promise<void> {
    const { site, hosts } = entry;
    const before = ground.store.forAll(hosts);
    try {
      const made = await issue({ site, hosts, reason, before, signal }, this.issueDeps(ground));
      await this.keep(ground, made);
      if (made.renewAt <= this.deps.now()) await this.failed(entry, ground, pastItsTime());
      else await this.saved(ground.retries.clear(entry.key));
      this.deps.report(before ? 'acme.renewed' : 'acme.issued', { site, certificate: publicPart(made) });
    } catch (error) {
      if (!signal.aborted) await this.failed(entry, ground, error);
    }
  }

  private async failed({ site, hosts, key }: Entry, { retries, settings }: Ground, error: unknown): Promise<void> {
    const retryAfterMs = error instanceof AcmeError ? error.retryAfterMs : undefined;
    const retry = nextRetry(retries.get(key), {
      problem: problemOf(error),
      retryAfterMs,
      settings,
      now: this.deps.now(),
    });
    await this.saved(retries.set(key, retry));
    const { failures, nextAttemptAt } = retry;
    this.deps.report('acme.failed', { site, hosts, problem: retry.problem, failures, nextAttemptAt });
  }

  /** When the authority is asked next about the certificate; now, if that is due. */
  private askWhenDue(entry: Entry, ground: Ground, now: number): number {
    const kept = ground.store.forAll(entry.hosts);
    if (kept?.askAt === undefined || entry.asking) return Infinity;
    if (kept.askAt > now) return kept.askAt;
    const controller = new AbortController();
    entry.asking = controller;
    void this.track(
      askAuthority(kept, this.issueDeps(ground), controller.signal).then((asked) => {
        delete entry.asking;
        if (controller.signal.aborted) return;
        // A renewal may have come first.
        if (ground.store.forAll(entry.hosts)?.serial === asked.serial) void this.keep(ground, asked);
        this.pump();
      }),
    );
    return Infinity;
  }

  private issueDeps({ config, directory }: Ground): IssueDeps {
    return { ...this.deps, config, directory };
  }

  /** Serves from memory at once; resolves when it would outlive a crash. */
  private async keep({ store }: Ground, certificate: KeptCertificate): Promise<void> {
    await this.saved(store.put(certificate));
    const now = this.deps.now();
    // A clock by which the new one is expired is wrong; nothing is thrown away by it.
    if (certificate.notAfter > now) await this.track(store.prune(now - KEEP_EXPIRED_MS));
  }

  /** A disk that refuses is told; what is in memory serves on. */
  private saved(writing: Promise<void>): Promise<void> {
    return this.track(
      writing.catch((error: unknown) => {
        const cause = problem('ACME_SAVE_FAILED', `What ACME must keep cannot be saved: ${reasonOf(error)}.`, {
          fix: 'Make room on the disk, or make the home folder writable.',
        });
        this.deps.report('acme.warned', { problem: cause });
      }),
    );
  }

  private track(task: Promise<void>): Promise<void> {
    this.tasks.add(task);
    const done = (): void => void this.tasks.delete(task);
    task.then(done, done);
    return task;
  }
}

function stop({ controller, asking }: Entry): void {
  controller?.abort();
  asking?.abort();
}

/** Else a clock that is far ahead would order without end. */
const pastItsTime = (): AcmeError =>
  acmeError(
    'ACME_CLOCK_AHEAD',
    "By this machine's clock the new certificate is due for renewal already.",
    'Set the clock; the next order waits.',
  );

const unknownName = (host: string): Problem =>
  problem('ACME_NAME_UNKNOWN', `No site with tls: acme serves ${host}.`, {
    fix: 'See `mogoly cert list` for the names.',
  });
