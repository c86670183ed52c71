/** A compose file as sites of ours: labels of Traefik, of caddy-docker-proxy, our own, and nginx-proxy's variables. */
import { addRoute, newSite, type Draft, type Machine, type SiteDraft } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { poolOf } from '../pool.ts';
import { readCaddyLabels } from './caddy-labels.ts';
import { readNginxProxy } from './nginx-proxy.ts';
import { portOf, reach } from './reach.ts';
import { readServices, type Service } from './service.ts';
import { readTraefik } from './traefik.ts';

export function readCompose(text: string, file: string, machine: Machine, notes: Notes): Draft {
  const services = readServices(text, file, machine.env);
  const draft: Draft = { sites: [], ports: { http: new Set(), https: new Set() } };
  for (const service of services) {
    draft.sites.push(
      ...readOwn(service, notes),
      ...readCaddyLabels(service, draft, machine, notes),
      ...readNginxProxy(service, notes),
    );
  }
  // Routers and middlewares of one service may be used by another.
  draft.sites.push(...readTraefik(services, notes));
  return draft;
}

/** As the engine itself takes them of a running container. */
function readOwn(service: Service, notes: Notes): SiteDraft[] {
  const host = service.labels.find(({ key }) => key === 'mogoly.host');
  if (host === undefined) return [];
  const hosts = host.value.split(/[\s,]+/).filter((each) => each !== '');
  const port = portOf(service.labels.find(({ key }) => key === 'mogoly.port')?.value);
  const upstreams = reach(service, port, 'http', host.at, notes);
  if (hosts.length === 0 || upstreams.length === 0) return [];
  notes.changed(
    host.at,
    `${hosts[0]!} is a site by this label while its container runs; once in the config, the label does nothing.`,
    'Leave it out of the config, or take the label away.',
  );
  const site: SiteDraft = { ...newSite(host.at, hosts), http: true, https: true };
  addRoute(site, { path: '/', keys: poolOf(upstreams), middlewares: [], at: host.at });
  return [site];
}
