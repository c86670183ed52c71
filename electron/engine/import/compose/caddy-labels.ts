/** Labels of caddy-docker-proxy: a Caddyfile spelt as labels, read as one. */
import { readServer } from '../caddy/caddy.ts';
import type { Directive } from '../caddy/parse.ts';
import { readTokens, type Token } from '../caddy/tokens.ts';
import type { Draft, Machine, SiteDraft } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { urlOf, type Upstream } from '../pool.ts';
import { portOf, reach } from './reach.ts';
import type { Pairs, Service } from './service.ts';

/** Deeper labels are a mistake. */
const MAX_PARTS = 20;

export function readCaddyLabels(service: Service, draft: Draft, machine: Machine, notes: Notes): SiteDraft[] {
  const roots = new Map<string, Pairs[]>();
  for (const label of service.labels) {
    const root = /^caddy(_\d+)?(?=$|\.)/.exec(label.key)?.[0];
    if (root !== undefined) roots.set(root, [...(roots.get(root) ?? []), label]);
  }
  const options = { ports: { http: 80, https: 443 }, redirects: true, isLocal: false };
  return [...roots].flatMap(([root, labels]) => {
    const head = labels.find(({ key }) => key === root);
    if (head === undefined || head.value.trim() === '') return [];
    const words = (label: Pairs): Token[] => tokensOf(label, service, machine, notes);
    const body = treeOf(root, labels, words);
    return readServer({ addresses: words(head), body, at: head.at }, options, draft, machine, notes);
  });
}

/** `caddy.handle_path.0_reverse_proxy` is the directive reverse_proxy in the block of handle_path. */
function treeOf(root: string, labels: readonly Pairs[], words: (label: Pairs) => Token[]): Directive[] {
  const top: Directive = { name: root, args: [], block: [], at: labels[0]!.at };
  const known = new Map<string, Directive>([[root, top]]);
  for (const label of labels) {
    const parts = label.key.split('.').slice(0, MAX_PARTS);
    let key = root;
    let holder = top;
    for (const part of parts.slice(1)) {
      key += `.${part}`;
      const found = known.get(key) ?? { name: nameOf(part), args: [], block: [], at: label.at };
      if (!known.has(key)) holder.block.push(found);
      known.set(key, found);
      holder = found;
    }
    if (holder !== top) holder.args = words(label);
  }
  return top.block;
}

/** A number before orders directives, one behind tells two of a name apart. */
const nameOf = (part: string): string => part.replace(/^\d+_/, '').replace(/_\d+$/, '');

function tokensOf({ value, at }: Pairs, service: Service, machine: Machine, notes: Notes): Token[] {
  const text = value.replaceAll(
    /\{\{\s*upstreams(?:\s+(https?|h2c))?(?:\s+(\d{1,5}))?\s*\}\}/g,
    (_, protocol: Upstream['protocol'] | undefined, port: string | undefined) =>
      reach(service, portOf(port), protocol ?? 'http', at, notes)
        .map(urlOf)
        .join(' '),
  );
  return readTokens(text, at.file ?? '', machine.env).map((token) => ({ ...token, at }));
}
