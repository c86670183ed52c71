/** Certificates from the user's own files: read, watched, and read again; the last good one keeps serving. */
import type { CertificateEvent, CertificateState } from '../../../shared/certificate.ts';
import type { Problem } from '../../../shared/problem.ts';
import { hostsOf, issuerOf } from './leaf-store.ts';
import { isValid } from './leaf.ts';
import { checkPair, readPair } from './pair.ts';
import type { Pair, PairFiles } from './pair.ts';
import { watchFiles } from './watch-files.ts';

export interface FileCertificatesDeps {
  /** Milliseconds since 1970. */
  now: () => number;
  report: (event: CertificateEvent) => void;
  /** Another certificate serves the site from now on, or the one that does has ended: its sessions end too. */
  onReplaced: (site: string) => void;
  /** Quiet time before a burst of writes counts as one change. */
  debounceMs?: number;
}

interface Watched {
  files: PairFiles;
  pair: Pair | undefined;
  problems: Problem[];
  /** The reading under way or the last one. */
  reading: Promise<void>;
  stop: () => void;
}

export type FileCertificates = ReturnType<typeof createFileCertificates>;

export function createFileCertificates(deps: FileCertificatesDeps) {
  const watched = new Map<string, Watched>();
  const open = (files: PairFiles): Watched => {
    const entry: Watched = { files, pair: undefined, problems: [], reading: Promise.resolve(), stop: () => undefined };
    const again = (): void => void (entry.reading = entry.reading.then(() => read(entry, deps)));
    entry.stop = watchFiles([files.cert, files.key], again, deps.debounceMs);
    again();
    return entry;
  };
  const drop = (site: string): void => {
    watched.get(site)?.stop();
    watched.delete(site);
  };
  return {
    /** From now on these sites, and no others. What stays the same stays loaded. */
    adopt(sites: readonly PairFiles[]): void {
      const next = new Map(sites.map((files) => [files.site, files]));
      for (const site of [...watched.keys()]) if (!next.has(site)) drop(site);
      for (const files of sites) {
        const entry = watched.get(files.site);
        if (entry?.files.cert === files.cert && entry.files.key === files.key) {
          entry.files = files;
          recheck(entry, deps);
        } else {
          drop(files.site);
          watched.set(files.site, open(files));
        }
      }
    },
    /** The pair of a site, once it is read; undefined while none is good. */
    async pairFor(site: string): Promise<Pair | undefined> {
      const entry = watched.get(site);
      await entry?.reading;
      return entry?.pair;
    },
    /** What is loaded now, without waiting. */
    current: (site: string): Pair | undefined => watched.get(site)?.pair,
    /** Looks at the clock and at the files again. */
    async refresh(): Promise<void> {
      for (const entry of watched.values()) {
        entry.reading = entry.reading.then(() => read(entry, deps));
        await entry.reading;
      }
    },
    /** When the next of them ends, in milliseconds since 1970; Infinity for none. */
    soonestEnd: (): number =>
      Math.min(...[...watched.values()].map(({ pair }) => pair?.notAfter ?? 0).filter((end) => end > deps.now())),
    list: (): CertificateState[] => [...watched.values()].flatMap(describe),
    problems: (): Problem[] => [...watched.values()].flatMap(({ problems }) => problems),
    async close(): Promise<void> {
      const readings = [...watched.values()].map(({ reading }) => reading);
      for (const site of [...watched.keys()]) drop(site);
      await Promise.all(readings);
    },
  };
}

async function read(entry: Watched, deps: FileCertificatesDeps): Promise<void> {
  const { files } = entry;
  const result = await readPair(files, deps.now());
  if (!result.ok) return tell(entry, result.problems, deps);
  const next = result.value;
  const isWorse = entry.pair !== undefined && isValid(entry.pair, deps.now()) && !isValid(next, deps.now());
  if (!isWorse && (next.cert !== entry.pair?.cert || next.key !== entry.pair.key)) {
    entry.pair = next;
    const { notAfter } = next;
    deps.report({ name: 'certificate.loaded', data: { site: files.site, file: files.cert, notAfter } });
    deps.onReplaced(files.site);
  }
  tell(entry, result.warnings, deps);
}

/** The clock or the hosts may have moved, the files not. */
function recheck(entry: Watched, deps: FileCertificatesDeps): void {
  if (entry.pair !== undefined) tell(entry, checkPair(entry.pair, entry.files, deps.now()), deps);
}

/** Each problem once, for as long as it lasts. */
function tell(entry: Watched, problems: Problem[], deps: FileCertificatesDeps): void {
  const known = new Set(entry.problems.map(({ message }) => message));
  entry.problems = problems;
  for (const problem of problems.filter(({ message }) => !known.has(message))) {
    deps.report({ name: 'certificate.failed', data: { name: entry.files.site, problem } });
    if (problem.code === 'CERT_FILE_EXPIRED') deps.onReplaced(entry.files.site);
  }
}

function describe({ files, pair, problems }: Watched): CertificateState[] {
  if (pair === undefined) return [];
  const { certificate, notBefore, notAfter } = pair;
  return [
    {
      name: files.site,
      kind: 'files',
      hosts: hostsOf(certificate),
      notBefore,
      notAfter,
      fingerprint256: certificate.fingerprint256,
      issuer: issuerOf(certificate),
      file: files.cert,
      ...(problems[0] === undefined ? {} : { problem: problems[0] }),
    },
  ];
}
