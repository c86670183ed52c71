/** VIRTUAL_HOST and its companions of nginx-proxy. */
import { isHostPattern } from '../../../../shared/host.ts';
import { addRoute, newSite, type SiteDraft } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { poolOf } from '../pool.ts';
import { portOf, reach } from './reach.ts';
import type { Service } from './service.ts';

export function readNginxProxy(service: Service, notes: Notes): SiteDraft[] {
  const find = (name: string) => service.environment.find(({ key }) => key === name);
  const virtual = find('VIRTUAL_HOST');
  if (virtual === undefined || virtual.value.trim() === '') return [];
  const protocol = find('VIRTUAL_PROTO')?.value === 'https' ? 'https' : 'http';
  const port = portOf(find('VIRTUAL_PORT')?.value);
  const path = find('VIRTUAL_PATH')?.value ?? '/';
  const dest = find('VIRTUAL_DEST')?.value;
  const hosts = virtual.value
    .split(',')
    .map((host) => host.trim())
    .filter((host) => {
      if (isHostPattern(host)) return true;
      notes.leftOut(virtual.at, `the name ${host}`, 'Hosts are names as shop.test, or *.shop.test.');
      return false;
    });
  // Where several ports are published, nginx-proxy takes 80.
  const upstreams = reach(service, port ?? (service.published.has(80) ? 80 : undefined), protocol, virtual.at, notes);
  if (hosts.length === 0 || upstreams.length === 0) return [];
  const isHttps = find('LETSENCRYPT_HOST') !== undefined || find('HTTPS_METHOD') !== undefined;
  const site: SiteDraft = { ...newSite(virtual.at, hosts), http: true, https: true };
  site.forceTls = isHttps && !['noredirect', 'nohttps'].includes(find('HTTPS_METHOD')?.value ?? '');
  if (find('LETSENCRYPT_HOST') !== undefined)
    notes.changed(
      virtual.at,
      `${hosts[0]!} has a public certificate there; here the local authority signs it.`,
      'For a public one, give the site "tls: acme".',
    );
  const base = (dest ?? path).replace(/\/$/, '');
  const keys = poolOf(upstreams.map((upstream) => ({ ...upstream, base: dest === undefined ? '' : base })));
  const strip = dest === undefined || path === '/' ? {} : { strip_prefix: path.replace(/\/$/, '') };
  addRoute(site, {
    path: path === '/' ? '/' : `${path}*`,
    keys: { ...strip, ...keys, host_header: 'original' },
    middlewares: [],
    at: virtual.at,
  });
  return [site];
}
