/** Finds the dev servers that run on this machine: this user's listening ports that speak HTTP. */
import { isIP } from 'node:net';
import type { DevServer } from '../../../shared/discovery.ts';
import { recogniseFramework } from './framework.ts';
import { firstLook, listOnLinux } from './linux.ts';
import { listOnMacos } from './macos.ts';
import { probe as probePort, type Spoken } from './probe.ts';
import { readProject, type Project } from './project.ts';
import type { ListeningSocket, Run } from './socket.ts';
import { listOnWindows } from './windows.ts';

export interface DiscoveryDeps {
  platform: NodeJS.Platform;
  run: Run;
  /** The user whose servers are meant; not asked for on Windows. */
  uid: number;
  /** Ours is no dev server: its listeners, its sample. */
  ownPid: number;
  /** Ports of this machine that a site routes to, with its name. */
  mapped: () => ReadonlyMap<number, string>;
  list?: () => Promise<ListeningSocket[]>;
  probe?: (address: string, port: number) => Promise<Spoken>;
}

export interface Discovery {
  /** Frameworks that are known first, then by port. Callers at once share one look. */
  list: () => Promise<DevServer[]>;
}

/** Of one look; who runs more finds the rest by name. */
const MAX_SERVERS = 100;
const PROBES_AT_ONCE = 16;

/** Ports of programs that do not speak HTTP, or speak it to others than browsers: mail, databases, queues, debuggers. */
const FOREIGN_PORTS = new Set([
  22, 25, 53, 110, 111, 139, 143, 389, 445, 465, 587, 631, 636, 993, 995, 1433, 1521, 2181, 2375, 2376, 3306, 3389,
  5037, 5353, 5354, 5432, 5672, 5900, 6000, 6379, 9042, 9092, 9222, 9229, 9300, 11211, 17500, 27017, 33060, 57621,
]);

/** Programs of a desktop that listen for themselves. */
const FOREIGN_PROGRAMS =
  /^(ControlCe(nter)?|rapportd|sharingd|Spotify.*|Dropbox.*|Code( Helper.*)?|code|codium|cursor|idea.*|webstorm.*|chrome|chromium.*|Google Chrome.*|firefox.*|figma_agent.*|Discord|Slack.*|Steam|svchost|System|adb|gvfsd.*|cupsd|Xvfb|Xorg|ssh|sshd)$/i;

export function createDiscovery(deps: DiscoveryDeps): Discovery {
  const { probe = probePort, list = listBy(deps) } = deps;
  /** A port is asked once while the same process holds it: a probe is a line in the log of its server. */
  const spoken = new Map<string, Spoken>();
  /** Read once too: what a process runs as does not change with its folder. */
  const projects = new Map<string, Project>();
  let underWay: Promise<DevServer[]> | undefined;

  const ask = async (socket: ListeningSocket): Promise<Spoken> => {
    const known = spoken.get(keyOf(socket));
    if (known !== undefined) return known;
    const heard = await probe(socket.address, socket.port);
    if (heard.kind !== 'silent') spoken.set(keyOf(socket), heard);
    return heard;
  };
  const projectOf = async (socket: ListeningSocket): Promise<Project> => {
    const project = projects.get(keyOf(socket)) ?? (await readProject(socket.folder));
    projects.set(keyOf(socket), project);
    return project;
  };
  const look = async (): Promise<DevServer[]> => {
    const sockets = onePerServer((await list()).filter((socket) => isCandidate(socket, deps)));
    const keys = new Set(sockets.map(keyOf));
    for (const known of [spoken, projects]) for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
    const mapped = deps.mapped();
    const found: DevServer[] = [];
    for (let at = 0; at < sockets.length; at += PROBES_AT_ONCE)
      await Promise.all(
        sockets.slice(at, at + PROBES_AT_ONCE).map(async (socket) => {
          const heard = await ask(socket);
          if (heard.kind === 'other') return;
          const server = describe(socket, { heard, project: await projectOf(socket) }, sockets, mapped);
          if (server !== undefined) found.push(server);
        }),
      );
    return found.sort(byInterest).slice(0, MAX_SERVERS);
  };
  return {
    list() {
      underWay ??= look().finally(() => (underWay = undefined));
      return underWay;
    },
  };
}

const keyOf = ({ address, port, pid }: ListeningSocket): string => `${pid ?? ''} ${address} ${port}`;

function listBy({ platform, run, uid }: DiscoveryDeps): () => Promise<ListeningSocket[]> {
  if (platform === 'linux') {
    const last = firstLook();
    return () => listOnLinux(uid, '/proc', last);
  }
  return platform === 'win32' ? () => listOnWindows(run) : () => listOnMacos(uid, run);
}

const isCandidate = ({ pid, port, process, address }: ListeningSocket, { ownPid }: DiscoveryDeps): boolean =>
  isIP(address) !== 0 &&
  pid !== ownPid &&
  !FOREIGN_PORTS.has(port) &&
  (process === undefined || !FOREIGN_PROGRAMS.test(process));

/** A server on `127.0.0.1` and `::1` is one; the address that IPv4 reaches is shown. */
function onePerServer(sockets: readonly ListeningSocket[]): ListeningSocket[] {
  const servers = new Map<string, ListeningSocket>();
  for (const socket of sockets) {
    const key = `${socket.pid ?? ''} ${socket.port}`;
    const before = servers.get(key);
    if (before === undefined || (isIP(before.address) === 6 && isIP(socket.address) === 4)) servers.set(key, socket);
  }
  return [...servers.values()];
}

/** Undefined for what does not speak and is unknown: one that is silent counts when its command line says what it is. */
function describe(
  socket: ListeningSocket,
  { heard, project }: { heard: Exclude<Spoken, { kind: 'other' }>; project: Project },
  all: readonly ListeningSocket[],
  mapped: ReadonlyMap<number, string>,
): DevServer | undefined {
  const { address, port, pid, process, folder, command = [] } = socket;
  const answer = 'answer' in heard ? heard.answer : '';
  const framework = recogniseFramework({ command, answer, ...project });
  if (heard.kind === 'silent' && framework === undefined) return undefined;
  const site = mapped.get(port);
  return {
    port,
    address,
    ...(pid === undefined ? {} : { pid }),
    ...(process === undefined ? {} : { process }),
    ...(folder === undefined || folder === '/' ? {} : { folder }),
    ...(framework === undefined ? {} : { framework }),
    url: `${heard.kind === 'https' ? 'https' : 'http'}://${hostOf(socket, all)}:${port}`,
    ...(site === undefined ? {} : { mappedBy: site }),
  };
}

/** `localhost` where that is unmistakable, else the address itself. */
function hostOf({ address, port }: ListeningSocket, all: readonly ListeningSocket[]): string {
  const isLocal = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(address);
  const isAlone = all.filter((socket) => socket.port === port).length === 1;
  if (isLocal && isAlone) return 'localhost';
  const reached = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
  return isIP(reached) === 6 ? `[${reached}]` : reached;
}

const byInterest = (a: DevServer, b: DevServer): number =>
  Number(a.framework === undefined) - Number(b.framework === undefined) || a.port - b.port;
