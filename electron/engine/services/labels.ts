/** Sites by labels: running containers of other people that say `mogoly.host=shop.local` and `mogoly.port=3000`. Pure. */
import type { ContainerInfo } from 'dockerode';
import { normalisePattern } from '../../../shared/host.ts';
import { problem, type Problem } from '../../../shared/problem.ts';
import type { LabelledSite } from '../../../shared/service.ts';

export const LABEL_HOST = 'mogoly.host';
export const LABEL_PORT = 'mogoly.port';

/** One container may have several hosts; more than this is a mistake. */
const HOSTS_MAX = 20;

/** `reachesContainers`: this machine has a route to their own addresses, as Linux does. */
export function labelledSites(containers: readonly ContainerInfo[], reachesContainers: boolean): LabelledSite[] {
  const found = containers.flatMap((container) => sitesOf(container, reachesContainers));
  const owners = new Map<string, string>();
  return found.map((site) => {
    const owner = owners.get(site.host);
    if (owner === undefined) owners.set(site.host, site.container);
    else if (site.problem === undefined) return { ...site, problem: twice(site, owner) };
    return site;
  });
}

const twice = ({ host }: LabelledSite, owner: string): Problem =>
  problem('LABEL_HOST_TAKEN', `${host} is the site of the container ${owner} already.`, {
    fix: 'Give one of them another mogoly.host.',
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
  const wanted = container.Labels[LABEL_PORT];
  const tcp = container.Ports.filter(({ Type }) => Type === 'tcp');
  const port = wanted === undefined ? onlyPort(tcp) : Number(wanted);
  if (port === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) {
    return problem(
      'LABEL_PORT_INVALID',
      `It is not said which port of the container serves${wanted ? `: "${wanted}"` : ''}.`,
      {
        fix: 'Give the label mogoly.port=3000.',
      },
    );
  }
  const published = tcp.find(({ PrivatePort, PublicPort }) => PrivatePort === port && PublicPort !== undefined);
  if (published !== undefined) return `http://127.0.0.1:${published.PublicPort}`;
  const address = Object.values(container.NetworkSettings.Networks).find(
    ({ IPAddress }) => IPAddress !== '',
  )?.IPAddress;
  if (reachesContainers && address !== undefined) return `http://${address}:${port}`;
  return problem('LABEL_PORT_UNPUBLISHED', `Port ${port} of the container cannot be reached from this machine.`, {
    fix: `Publish it, as in -p 127.0.0.1::${port}.`,
  });
}

function onlyPort(ports: ContainerInfo['Ports']): number | undefined {
  const numbers = [...new Set(ports.map(({ PrivatePort }) => PrivatePort))];
  return numbers.length === 1 ? numbers[0] : undefined;
}
