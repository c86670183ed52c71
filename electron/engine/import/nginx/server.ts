/** A `server` block of nginx: where it listens, its names, its certificate and its locations. */
import { isHostPattern } from '../../../../shared/host.ts';
import type { Place } from '../../../../shared/problem.ts';
import { newSite, type Draft, type Machine, type SiteDraft } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { inherit, type Context } from './context.ts';
import { readLocations } from './location.ts';
import type { Directive } from './parse.ts';
import type { UpstreamGroup } from './upstream.ts';

export interface Surroundings {
  context: Context;
  groups: ReadonlyMap<string, UpstreamGroup>;
  machine: Machine;
  notes: Notes;
  ports: Draft['ports'];
}

interface Listening {
  http: boolean;
  https: boolean;
  isDefault: boolean;
}

export function readServer({ block, at }: Directive, around: Surroundings): SiteDraft[] {
  const body = block ?? [];
  const listening = readListens(body, around.ports);
  const hosts = readNames(body, at, listening, around.notes);
  if (hosts.length === 0) return [];
  const names = body.find(({ name }) => name === 'server_name');
  const site: SiteDraft = { ...newSite(names?.at ?? at, hosts), http: listening.http, https: listening.https };
  if (listening.https) site.tls = certificateOf(body, around);
  const scheme = listening.https ? 'https' : 'http';
  readLocations(body, site, scheme, { ...around, context: inherit(around.context, body) });
  return [site];
}

function readListens(body: readonly Directive[], ports: Draft['ports']): Listening {
  const listens = body.filter(({ name }) => name === 'listen').map(({ args }) => args);
  const isSslOn = body.some(({ name, args }) => name === 'ssl' && args[0] === 'on');
  const listening: Listening = { http: false, https: false, isDefault: false };
  for (const [address = '80', ...options] of listens.length > 0 ? listens : [['80']]) {
    if (address.startsWith('unix:')) continue;
    const written = /(?:^|:)(\d{1,5})$/.exec(address.replace(/^\[[^\]]*\]/, ''))?.[1];
    const isSecure = isSslOn || options.includes('ssl') || options.includes('quic');
    const kind = isSecure ? 'https' : 'http';
    listening[kind] = true;
    ports[kind].add(Number(written ?? 80));
    if (options.includes('default_server') || options.includes('default')) listening.isDefault = true;
  }
  return listening;
}

/** `_`, an empty name, and the default server stand for all hosts. */
function readNames(body: readonly Directive[], at: Place, { isDefault }: Listening, notes: Notes): string[] {
  const named = body.filter(({ name }) => name === 'server_name');
  const hosts = named.flatMap((directive) =>
    directive.args.flatMap((name) => {
      if (name === '' || name === '_') return ['*'];
      if (name.startsWith('.')) return [name.slice(1), `*${name}`];
      if (isHostPattern(name)) return [name.toLowerCase()];
      notes.leftOut(directive.at, `the name ${name}`, 'Hosts are names as shop.test, *.shop.test, or * for all.');
      return [];
    }),
  );
  if (named.length === 0 || isDefault) hosts.push('*');
  if (hosts.length === 0) notes.leftOut(at, 'a server without a name that can be said', 'Add the site by hand.');
  return [...new Set(hosts)];
}

function certificateOf(body: readonly Directive[], { machine, notes }: Surroundings): SiteDraft['tls'] {
  const cert = body.find(({ name }) => name === 'ssl_certificate');
  const key = body.find(({ name }) => name === 'ssl_certificate_key');
  if (cert === undefined || key === undefined) return undefined;
  const path = ({ args }: Directive): string => machine.resolve(args[0] ?? '');
  const files = { cert: path(cert), key: path(key) };
  if (machine.isFile(files.cert) && machine.isFile(files.key)) return files;
  notes.changed(
    cert.at,
    `The certificate ${files.cert} cannot be read here; the local authority signs one in its place.`,
    'To use it, copy both files here and name them in tls: { cert, key }.',
  );
  return undefined;
}
