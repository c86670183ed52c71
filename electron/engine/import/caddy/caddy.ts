/** A Caddyfile (Caddy 2) as sites of ours. */
import { addReachable, newSite, type Draft, type Machine, type SiteDraft } from '../draft.ts';
import { MAX_HOST_ROUTES } from '../limits.ts';
import { tooMuch, type Notes } from '../notes.ts';
import { readAddresses, type Address, type Ports } from './address.ts';
import { parseCaddyfile, type Directive, type ServerBlock } from './parse.ts';
import { readSite, type HostRoute, type SiteParts } from './site.ts';

interface Global {
  ports: Ports;
  /** Whether plain http leads to https by itself. */
  redirects: boolean;
  isLocal: boolean;
}

export function readCaddy(text: string, file: string, machine: Machine, notes: Notes): Draft {
  const { global, servers } = parseCaddyfile(text, file, machine, notes);
  const options = readGlobal(global, notes);
  const draft: Draft = { sites: [], ports: { http: new Set(), https: new Set() } };
  for (const server of servers) draft.sites.push(...readServer(server, options, draft, machine, notes));
  return draft;
}

/** About the running of Caddy itself. */
const SILENT = new Set(
  'admin debug log order storage storage_clean_interval grace_period shutdown_delay persist_config default_bind key_type skip_install_trust ocsp_stapling renew_interval email acme_ca acme_ca_root acme_eab metrics'.split(
    ' ',
  ),
);

function readGlobal(global: readonly Directive[], notes: Notes): Global {
  const options: Global = { ports: { http: 80, https: 443 }, redirects: true, isLocal: false };
  for (const { name, args, at } of global) {
    const value = args[0]?.text ?? '';
    if (name === 'http_port') options.ports.http = Number(value) || 80;
    else if (name === 'https_port') options.ports.https = Number(value) || 443;
    else if (name === 'local_certs') options.isLocal = true;
    else if (name === 'auto_https') options.redirects = value !== 'off' && value !== 'disable_redirects';
    else if (!SILENT.has(name)) notes.leftOut(at, `the global option "${name}"`);
  }
  return options;
}

export function readServer(
  { addresses, body }: ServerBlock,
  options: Global,
  draft: Draft,
  machine: Machine,
  notes: Notes,
): SiteDraft[] {
  const list = readAddresses(addresses, options.ports, notes);
  if (list.length === 0) return [];
  const parts = readSite(body, machine, notes);
  for (const { scheme, port, isBare } of list) {
    draft.ports[scheme].add(port);
    if (isBare && options.redirects) draft.ports.http.add(options.ports.http);
  }
  tellOfCertificates(list, parts, options, notes);
  const of = (wanted: (address: Address) => boolean): Address[] => list.filter(wanted);
  return [
    ...build(
      of(({ isBare }) => isBare),
      parts,
      { http: true, https: true, forceTls: options.redirects },
    ),
    ...build(
      of(({ scheme, isBare }) => scheme === 'http' && !isBare),
      parts,
      { http: true, https: false },
    ),
    ...build(
      of(({ scheme, isBare }) => scheme === 'https' && !isBare),
      parts,
      { http: false, https: true },
    ),
  ];
}

/** Hosts that a matcher names have routes of their own, among those of the block. */
function build(list: readonly Address[], { routes, tls, disabled }: SiteParts, keys: Partial<SiteDraft>): SiteDraft[] {
  const [first] = list;
  if (first === undefined) return [];
  const groups = new Map<string, { hosts: string[]; routes: HostRoute[] }>();
  const all = new Set([...list.map((each) => each.host), ...routes.flatMap(({ hosts }) => hosts ?? [])]);
  if (all.size * routes.length > MAX_HOST_ROUTES) tooMuch(first.at, 'The block has too many hosts and routes.');
  for (const host of all) {
    const own = routes.filter(({ hosts }) => hosts === undefined || hosts.includes(host));
    const key = own.map((route) => routes.indexOf(route)).join(' ');
    const group = groups.get(key) ?? { hosts: [], routes: own };
    groups.set(key, group);
    group.hosts.push(host);
  }
  return [...groups.values()].map((group) => {
    const site: SiteDraft = { ...newSite(first.at, group.hosts), ...keys, tls, disabled };
    for (const { path, keys: of, middlewares, at } of group.routes)
      addReachable(site, { path, keys: of, middlewares, at });
    return site;
  });
}

const LOCAL = /(^|\.)(localhost|local|internal|home\.arpa|test)$|^\*$|^[\d.]+$|^\[/;

function tellOfCertificates(list: readonly Address[], { tls }: SiteParts, options: Global, notes: Notes): void {
  const address = list.find(({ scheme, host }) => scheme === 'https' && !LOCAL.test(host));
  if (address !== undefined && tls === undefined && !options.isLocal)
    notes.changed(
      address.at,
      `Caddy gets a public certificate for ${address.host}; here the local authority signs it.`,
      'For a public one, give the site "tls: acme".',
    );
  const wild = list.find(({ host }) => host.startsWith('*.'));
  if (wild !== undefined)
    notes.once('wildcard', () =>
      notes.changed(wild.at, `${wild.host} stands for one label in Caddy; here it takes names with more labels too.`),
    );
}
