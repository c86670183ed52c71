/** Sites by labels: running containers of other people that say `mogoly.host=shop.local` and `mogoly.port=3000`. Pure. */
import type { ContainerInfo } from 'dockerode';
import { normalisePattern } from '../../../shared/host.ts';
import { problem, type Problem } from '../../../shared/problem.ts';
import type { LabelledSite } from '../../../shared/service.ts';

export const LABEL_HOST = 'mogoly.host';
export const LABEL_PORT = 'mogoly.port';

/** One container may have several hosts; more than this is a mistake. */
const HOSTS_MAX = 20;

/** `reachesContainers`: this machine has a route to their own addresses, as Linux does. Of two with one host the older has it. */
export function labelledSites(containers: readonly ContainerInfo[], reachesContainers: boolean): LabelledSite[] {
  // Whole seconds; within one, Docker lists the newest first.
  const byAge = [...containers].reverse().sort((a, b) => a.Created - b.Created);
  const owners = new Map<string, string>();
  return byAge
    .flatMap((container) => sitesOf(container, reachesContainers))
    .map((site) => {
      if (site.problem !== undefined) return site;
      const owner = owners.get(site.host);
      if (owner !== undefined) return refused(site, twice(site, owner));
      owners.set(site.host, site.container);
      return site;
    });
}

/** A host that the config has is the config's. */
export const besideConfig = (sites: readonly LabelledSite[], isOfConfig: (host: string) => boolean): LabelledSite[] =>
  sites.map((site) =>
    site.problem === undefined && isOfConfig(site.host) ? refused(site, ofConfig(site)) : { ...site },
  );

const refused = ({ host, container }: LabelledSite, why: Problem): LabelledSite => ({ host, container, problem: why });

const twice = ({ host }: LabelledSite, owner: string): Problem =>
  problem('LABEL_HOST_TAKEN', `${host} is the site of the container ${owner} already.`, {
    fix: 'Give one of them another mogoly.host.',
  });

const ofConfig = ({ host, container }: LabelledSite): Problem =>
  problem('LABEL_HOST_TAKEN', `${host} is a site of the config, so that the container ${container} does not get it.`, {
    fix: 'Give the container another mogoly.host, or remove the site.',
  });

function sitesOf(container: ContainerInfo, reachesContainers: boolean): LabelledSite[] {
  const name = (container.Names[0] ?? container.Id.slice(0, 12)).replace(/^\//, '');
  const hosts = (container.Labels[LABEL_HOST] ?? '').split(/[\s,]+/).filter((host) => host !== '');
  const place = placeOf(container, reachesContainers);
  return hosts.slice(0, HOSTS_MAX).map((written): LabelledSite => {
    const host = normalisePattern(written);
    if (host === undefined) return { host: written, container: name, problem: badHost(written) };
    return typeof place === 'string'
      ? { host, container: name, url: place }
      : { host, container: name, problem: place };
  });
}

const badHost = (host: string): Problem =>
  problem('LABEL_HOST_INVALID', `"${host}" is no host name.`, { fix: 'Write it as shop.local or *.shop.local.' });

/** A published port first: it works everywhere. */
function placeOf(container: ContainerInfo, reachesContainers: boolean): string | Problem {
  const tcp = container.Ports.filter(({ Type }) => Type === 'tcp');
  const port = wantedPort(container.Labels[LABEL_PORT], tcp);
  if (typeof port !== 'number') return port;
  const published = tcp.find(({ PrivatePort, PublicPort }) => PrivatePort === port && PublicPort !== undefined);
  if (published !== undefined) return `http://${dialled(published.IP)}:${published.PublicPort}`;
  // It has the ports of the machine itself.
  if (reachesContainers && container.HostConfig.NetworkMode === 'host') return `http://127.0.0.1:${port}`;
  const address = Object.values(container.NetworkSettings.Networks).find(
    ({ IPAddress }) => IPAddress !== '',
  )?.IPAddress;
  if (reachesContainers && address !== undefined) return `http://${address}:${port}`;
  return problem('LABEL_PORT_UNPUBLISHED', `Port ${port} of the container cannot be reached from this machine.`, {
    fix: `Publish it, as in -p 127.0.0.1::${port}.`,
  });
}

function wantedPort(written: string | undefined, ports: ContainerInfo['Ports']): number | Problem {
  const port = written === undefined ? onlyPort(ports) : /^\d{1,5}$/.test(written) ? Number(written) : 0;
  if (port !== undefined && port >= 1 && port <= 65_535) return port;
  const message =
    written === undefined
      ? 'It is not said which port of the container serves.'
      : `"${written}" is no port of a container.`;
  return problem('LABEL_PORT_INVALID', message, { fix: 'Give it the label mogoly.port=3000.' });
}

/** One that is published on all addresses is on loopback too. */
function dialled(address = ''): string {
  if (address === '' || address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}

function onlyPort(ports: ContainerInfo['Ports']): number | undefined {
  const numbers = [...new Set(ports.map(({ PrivatePort }) => PrivatePort))];
  return numbers.length === 1 ? numbers[0] : undefined;
}
