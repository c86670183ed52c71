/** Ports below 1024: whether this user may have them. */
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { check, type DoctorDeps, type Fault } from '../check.ts';
import { wantedPorts } from '../wanted-ports.ts';

interface Closed extends Fault {
  /** The lowest port that anybody may bind. */
  first: number;
  lowest: number;
}

export const privilegedPorts = check<Closed>({
  id: 'privileged-ports',
  title: 'Ports below 1024',
  skip: ({ platform }) => (platform === 'linux' ? undefined : 'On this system any user may bind them.'),
  async examine(deps) {
    const first = await firstFree(deps);
    const closed = (await wantedPorts(deps)).filter(({ port, isOurs }) => !isOurs && port < first);
    if (closed.length === 0) return 'Every port that Mogoly wants is open to it.';
    const served = closed.flatMap(({ kind, fallback }) => (fallback === undefined ? [] : [`${kind} on ${fallback}`]));
    const so = served.length === 0 ? '' : ` Mogoly serves ${served.join(', ')}, so addresses carry a port number.`;
    const list = closed.map(({ port }) => port).join(', ');
    const isBad = closed.some(({ isSet }) => isSet);
    return [
      {
        status: isBad ? 'bad' : 'warning',
        message: `Ports below ${first} are for administrators here: ${list}.${so}`,
        first,
        lowest: Math.min(...closed.map(({ port }) => port)),
      },
    ];
  },
  remedy: ({ lowest }) => ({
    title: 'Open them to all users of this machine until it restarts, then stop and start routing.',
    line: `sudo sysctl -w net.ipv4.ip_unprivileged_port_start=${lowest}`,
  }),
});

async function firstFree({ fsRoot }: DoctorDeps): Promise<number> {
  if (process.geteuid?.() === 0) return 0;
  const file = posix.join(fsRoot, 'proc/sys/net/ipv4/ip_unprivileged_port_start');
  return Number(await readFile(file, 'utf8').catch(() => '0')); // a kernel without it has no such rule for us to name
}
