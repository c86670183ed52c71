/** Ports that other programs hold, and which programs. */
import { check, type Fault } from '../check.ts';
import type { PortOwner } from '../port-owner.ts';
import { wantedPorts } from '../wanted-ports.ts';

interface Taken extends Fault {
  kind: string;
  port: number;
  owner: PortOwner;
}

export const ports = check<Taken>({
  id: 'ports',
  title: 'Ports',
  async examine(deps) {
    const missing = (await wantedPorts(deps)).filter(({ isOurs }) => !isOurs);
    const faults: Taken[] = [];
    for (const { kind, port, addresses, fallback, isSet } of missing) {
      const owner = await deps.portOwner(
        port,
        addresses.map(({ address }) => address),
      );
      if (owner === undefined || owner.pid === process.pid) continue;
      const instead =
        fallback === undefined
          ? `Mogoly cannot answer ${kind} there.`
          : `Mogoly answers ${kind} on ${fallback} instead.`;
      const message = `Port ${port} is taken by ${nameOf(owner)}. ${instead}`;
      faults.push({ status: fallback === undefined && isSet ? 'bad' : 'warning', message, kind, port, owner });
    }
    return faults.length > 0 ? faults : 'No other program holds a port that Mogoly wants.';
  },
  remedy({ kind, port, owner: { pid } }, { platform }) {
    if (pid === undefined)
      return {
        title: `See who holds it, then stop that program, or set listen.${kind} to another port.`,
        line: WHO[platform as 'linux']?.(port) ?? WHO.linux(port),
      };
    return {
      title: `Stop that program, then stop and start routing; or set listen.${kind} to another port.`,
      line: platform === 'win32' ? `taskkill /PID ${pid}` : `kill ${pid}`,
      action: { kind: 'port.free', port, pid },
    };
  },
});

const WHO = {
  linux: (port: number) => `sudo ss -ltnup 'sport = :${port}'`,
  darwin: (port: number) => `sudo lsof -nP -iTCP:${port} -sTCP:LISTEN`,
  win32: (port: number) => `netstat -ano | findstr :${port}`,
};

const nameOf = ({ pid, name, command }: PortOwner): string => {
  const more = command === undefined || command === name ? '' : `: ${command}`;
  return pid === undefined ? name : `${name} (process ${pid}${more})`;
};
