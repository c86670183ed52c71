/** An nginx config, whole or of one site, as sites of ours. */
import type { Draft, Machine } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { inherit, NOTHING, type Context } from './context.ts';
import { parseNginx, type Directive } from './parse.ts';
import { readServer } from './server.ts';
import { isSilent } from './silent.ts';
import { readUpstream, type UpstreamGroup } from './upstream.ts';

export function readNginx(text: string, file: string, machine: Machine, notes: Notes): Draft {
  const draft: Draft = { sites: [], ports: { http: new Set(), https: new Set() } };
  const tree = parseNginx(text, file, machine, notes);
  // The file of one site stands as if within http.
  const isPart = !tree.some(({ name }) => name === 'http');
  if (isPart) readHttp(tree, draft, machine, notes);
  else
    for (const { name, block, at } of tree) {
      if (name === 'http') readHttp(block ?? [], draft, machine, notes);
      else if (!isSilent(name)) notes.leftOut(at, `"${name}"`, 'Mogoly routes HTTP alone.');
    }
  tellOfDefault(draft, notes);
  return draft;
}

function readHttp(body: readonly Directive[], draft: Draft, machine: Machine, notes: Notes): void {
  const context: Context = inherit(NOTHING, body);
  const groups = new Map<string, UpstreamGroup>(
    body.filter(({ name }) => name === 'upstream').map((each) => readUpstream(each, notes)),
  );
  for (const directive of body) {
    const { name, args, at } = directive;
    if (name === 'server' && directive.block !== undefined)
      draft.sites.push(...readServer(directive, { context, groups, machine, notes, ports: draft.ports }));
    else if (name === 'map' && args[1] !== '$connection_upgrade') notes.leftOut(at, `"map" of ${args[1] ?? ''}`);
    else if (name !== 'map' && name !== 'upstream' && !isSilent(name))
      notes.leftOut(at, `"${[name, ...args].join(' ')}"`, REMEDIES.get(name));
  }
}

const REMEDIES = new Map([
  ['limit_req_zone', 'Add the middleware ratelimit to the site.'],
  ['limit_conn_zone', 'Give the backends max_connections.'],
  ['stream', 'Mogoly routes HTTP alone.'],
]);

/** nginx gives what no server names to the first one; ours answers 404. */
function tellOfDefault({ sites }: Draft, notes: Notes): void {
  const [first] = sites;
  if (first === undefined || sites.some(({ hosts }) => hosts.includes('*'))) return;
  notes.changed(
    first.at,
    `nginx gives hosts that no server names to its first one; here they get a 404.`,
    `To take them all, add "*" to the hosts of ${first.hosts[0] ?? 'a site'}.`,
  );
}
