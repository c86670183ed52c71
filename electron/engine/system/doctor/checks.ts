/** The checks: each looks at one thing that goes wrong on developers' machines, and says what mends it. */
import { readFile, stat } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join, posix } from 'node:path';
import { good, skipped, type Check, type DoctorDeps, type Outcome } from './check.ts';
import { portOwner } from './port-owner.ts';

const USUAL = { http: 80, https: 443, dns: 53 } as const;

const ports: Check = {
  id: 'ports',
  title: 'Ports',
  async examine(deps) {
    const outcomes: Outcome[] = [];
    for (const { kind, address, port, problem } of deps.listeners()) {
      if (problem === undefined || address === '::1') continue;
      const owner = await portOwner(port, deps.platform, deps.run);
      const who =
        owner === undefined ? problem.message : `Port ${port} is taken by ${owner.name} (process ${owner.pid}).`;
      const line =
        owner === undefined
          ? undefined
          : deps.platform === 'win32'
            ? `taskkill /PID ${owner.pid}`
            : `kill ${owner.pid}`;
      outcomes.push({
        status: 'bad',
        message: `${who} Mogoly cannot answer ${kind} there.`,
        remedy: {
          title: problem.fix ?? `Stop that program, or set listen.${kind} to another port.`,
          ...(line === undefined ? {} : { line }),
        },
      });
    }
    return outcomes.length > 0 ? outcomes : good('Every listener has its port.');
  },
};

const usualPorts: Check = {
  id: 'usual-ports',
  title: 'Usual ports',
  async examine(deps) {
    const elsewhere = deps
      .listeners()
      .filter(({ kind, port, problem }) => problem === undefined && port !== USUAL[kind]);
    const kinds = [...new Set(elsewhere.map(({ kind, port }) => `${kind} on ${port}`))];
    if (kinds.length === 0) return good('Addresses need no port number.');
    const first = await unprivilegedStart(deps);
    const message = `Mogoly serves ${kinds.join(', ')}, so addresses carry a port number.`;
    if (first === undefined || first <= USUAL.dns)
      return { status: 'warning', message, remedy: { title: 'Set listen.http to 80 and listen.https to 443.' } };
    return {
      status: 'warning',
      message: `${message} Ports below ${first} are for administrators here.`,
      remedy: {
        title: 'Open them to all users of this machine.',
        line: 'sudo sysctl -w net.ipv4.ip_unprivileged_port_start=53',
      },
    };
  },
};

async function unprivilegedStart({ platform, fsRoot }: DoctorDeps): Promise<number | undefined> {
  if (platform !== 'linux' || process.geteuid?.() === 0) return undefined;
  const text = await readFile(posix.join(fsRoot, 'proc/sys/net/ipv4/ip_unprivileged_port_start'), 'utf8').catch(
    () => '',
  );
  return text === '' ? undefined : Number(text);
}

const resolver: Check = {
  id: 'resolver',
  title: 'System resolver',
  async examine(deps) {
    const { methods, choice } = await deps.namesStatus();
    const active = methods.filter(({ state }) => state === 'active').map(({ name }) => name);
    const { reachedUs, message, name } = await deps.namesCheck();
    const remedy = {
      title: 'Install the names into this system.',
      line: 'mogoly domain install',
      action: 'names.install' as const,
    };
    if (reachedUs) return good(`A made-up name came to us: ${name}.`);
    if (active.length > 0 && !choice.methods.some((id) => id !== 'hosts-file'))
      return good(`Hosts are found by ${active.join(', ')}.`);
    const vpn = vpnLinks();
    const because = vpn.length > 0 ? ` A VPN may answer in our place (${vpn.join(', ')}).` : '';
    return {
      status: 'warning',
      message: `${message}${because} Browsers find the names of the sites only when this system asks us.`,
      remedy,
    };
  },
};

/** Links of VPNs by their usual names, that are up. */
function vpnLinks(): string[] {
  return Object.keys(networkInterfaces()).filter((name) =>
    /^(tun|tap|wg|ppp|ipsec)\d|^(tailscale|nordlynx|proton)/.test(name),
  );
}

const multicast: Check = {
  id: 'local-names',
  title: 'Names under .local',
  async examine(deps) {
    const hosts = deps.hosts().filter((host) => host.endsWith('.local'));
    if (hosts.length === 0) return skipped('No site has a name under .local.');
    const { methods } = await deps.namesStatus();
    const isThere = methods.some(({ id, state }) => id === 'hosts-file' && state === 'active');
    const message = `${hosts.join(', ')}: .local belongs to multicast DNS (RFC 6762), so only the hosts file can carry it.`;
    if (isThere) return good(`${message} It does.`);
    return {
      status: 'warning',
      message: `${message} It does not yet.`,
      remedy: {
        title: 'Put the hosts into the hosts file, or use names under .test, which have no such trouble.',
        line: 'mogoly domain install',
        action: 'names.install',
      },
    };
  },
};

const ipv6: Check = {
  id: 'ipv6',
  title: 'IPv6 loopback',
  examine: () =>
    new Promise((resolve) => {
      const server = createServer();
      server.once('error', () =>
        resolve({
          status: 'warning',
          message: 'This machine has no ::1. Dev servers that listen on it alone cannot be reached.',
          remedy: {
            title: 'Turn IPv6 on for the loopback interface.',
            line: 'sudo sysctl -w net.ipv6.conf.lo.disable_ipv6=0',
          },
        }),
      );
      server.listen(0, '::1', () => server.close(() => resolve(good('::1 is there.'))));
    }),
};

const trust: Check = {
  id: 'trust',
  title: 'Trust',
  async examine(deps) {
    const stores = await deps.trustStores();
    const lacking = stores.filter(({ state }) => state === 'notTrusted' || state === 'otherRoot');
    if (lacking.length === 0) return good('The local CA is trusted in every store that is here.');
    return lacking.map(({ name, state, detail }) => ({
      status: 'warning',
      message: `${name} ${state === 'otherRoot' ? 'trusts a former root of ours only' : 'does not trust the local CA'}: https pages look unsafe. ${detail}`,
      remedy: { title: 'Trust the local CA.', line: 'mogoly trust install', action: 'trust.install' },
    }));
  },
};

const certificates: Check = {
  id: 'certificates',
  title: 'Certificates',
  examine({ certificates: read, now }) {
    const { root, certificates: list, orders } = read();
    const outcomes: Outcome[] = [];
    if (root.outside.length > 0)
      outcomes.push({
        status: 'bad',
        message: `The local CA may not sign for ${root.outside.join(', ')}: it was made for other names.`,
        remedy: {
          title: 'Renew it, then install trust again.',
          line: 'mogoly cert renew-root --yes',
          action: 'root.renew',
        },
      });
    const told = [...root.problems, ...[...list, ...orders].flatMap(({ problem }) => problem ?? [])];
    for (const { message, fix } of told)
      outcomes.push({ status: 'bad', message, ...(fix === undefined ? {} : { remedy: { title: fix } }) });
    if (root.notBefore !== undefined && now() < root.notBefore)
      outcomes.push({
        status: 'bad',
        message: 'The clock of this machine is behind the day on which its local CA was made.',
        remedy: { title: 'Set the clock.' },
      });
    return Promise.resolve(outcomes.length > 0 ? outcomes : good('All certificates are in order.'));
  },
};

const refusedHosts: Check = {
  id: 'refused-hosts',
  title: 'Dev servers',
  examine({ refusals }) {
    const seen = new Map(refusals().map((item) => [`${item.site} ${item.backend}`, item]));
    if (seen.size === 0) return Promise.resolve(good('No dev server has refused the host of a site.'));
    return Promise.resolve(
      [...seen.values()].map(({ site, backend, framework, fix }) => ({
        status: 'bad' as const,
        message: `${framework} behind ${backend} refuses the host of ${site}.`,
        remedy: { title: fix },
      })),
    );
  },
};

const files: Check = {
  id: 'files',
  title: 'Files',
  async examine({ home, platform }) {
    if (platform === 'win32') return skipped('Windows keeps the home folder for its user by itself.');
    const outcomes: Outcome[] = [];
    for (const [name, mode] of [
      ['.', 0o700],
      ['ca', 0o700],
      ['ca/root-key.pem', 0o600],
      ['control.sock', 0o600],
    ] as const) {
      const path = join(home, name);
      const found = await stat(path).catch(() => undefined);
      if (found === undefined || (found.mode & 0o077) === 0) continue;
      outcomes.push({
        status: 'bad',
        message: `${path} can be used by others on this machine.`,
        remedy: { title: 'Close it to them.', line: `chmod ${mode.toString(8)} ${path}` },
      });
    }
    return outcomes.length > 0 ? outcomes : good('The home folder is closed to others.');
  },
};

const instance: Check = {
  id: 'instance',
  title: 'One Mogoly',
  async examine({ home }) {
    const text = await readFile(join(home, 'mogoly.lock'), 'utf8').catch(() => '');
    const pid = Number(/"?pid"?\D+(\d+)/.exec(text)?.[1] ?? process.pid);
    if (pid === process.pid) return good('This one owns its home folder.');
    return {
      status: 'bad',
      message: `Process ${pid} says that it owns ${home}.`,
      remedy: { title: 'Stop it, or use another home folder.', line: 'mogoly daemon stop' },
    };
  },
};

const docker: Check = {
  id: 'docker',
  title: 'Docker',
  examine: ({ fsRoot, platform }) =>
    new Promise((resolve) => {
      const path = platform === 'win32' ? '\\\\.\\pipe\\docker_engine' : posix.join(fsRoot, 'var/run/docker.sock');
      const socket = connect(path);
      socket.once('connect', () => {
        socket.destroy();
        resolve(good('Docker can be reached.'));
      });
      socket.once('error', (error: NodeJS.ErrnoException) =>
        resolve(
          error.code === 'EACCES'
            ? {
                status: 'warning',
                message: 'Docker is there, and this user may not use it.',
                remedy: {
                  title: 'Add yourself to its group, then log in again.',
                  line: 'sudo usermod -aG docker "$USER"',
                },
              }
            : skipped('There is no Docker here; Mogoly works without.'),
        ),
      );
    }),
};

export const CHECKS: readonly Check[] = [
  ports,
  usualPorts,
  resolver,
  multicast,
  ipv6,
  trust,
  certificates,
  refusedHosts,
  files,
  instance,
  docker,
];
