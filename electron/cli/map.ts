/** `map NAME PORT`: the shortest way from a dev server to a name. */
import { ask } from './client.ts';
import type { Context } from './command.ts';
import { wrongUse } from './command.ts';
import { plain } from './print.ts';

/** `3000`, `host:3000`, `[::1]:3000` or a URL to a URL; undefined for anything else. */
export function backendUrl(where: string): string | undefined {
  const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
  if (isPort(where)) return `http://localhost:${where}`;
  if (/^(https?|h2c):\/\//i.test(where)) return isUrl(where) ? where : undefined;
  const colon = where.lastIndexOf(':');
  const host = where.slice(0, colon);
  if (colon < 1 || !isPort(where.slice(colon + 1)) || !isUrl(`http://${where}`) || /[/?#@\s]/.test(host))
    return undefined;
  return `http://${where}`;
}

function isUrl(text: string): boolean {
  try {
    return new URL(text).hostname !== '';
  } catch {
    return false;
  }
}

/** Makes the site, or points the one there is at the dev server; its other keys stay. */
export async function mapName(context: Context, name: string, where: string): Promise<void> {
  const { print, target } = context;
  const url = backendUrl(where);
  if (url === undefined) {
    throw wrongUse(`"${where}" is not a port, host:port or URL.`, 'Write it as in: mogoly map shop.localhost 5173');
  }
  const { sites } = await ask(target, 'status.get');
  const isKnown = sites.some((site) => site.name.toLowerCase() === name.toLowerCase());
  const applied = isKnown
    ? await ask(target, 'sites.set', {
        site: name,
        patch: { url, balance: null, protocol: null, host: null, port: null },
      })
    : await ask(target, 'sites.add', { site: { name, url } });
  const after = await ask(target, 'status.get');
  const site = after.sites.find((item) => item.name.toLowerCase() === name.toLowerCase());
  print.warnings(applied.warnings);
  print.result({ ...applied, site: name, url: site?.url, backend: url }, () =>
    print.line(`${plain(site?.url ?? name)} → ${plain(url)}`),
  );
}
