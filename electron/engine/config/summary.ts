/** One line on what an apply changed. */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../../shared/config.ts';

/** In characters: fits a list row. */
const MAX_SUMMARY = 120;

/** As in `+ shop.local, ~ api.local, - old.local, ~ listen`; `no change` where there is none. */
export function summariseChange(before: Config | undefined, after: Config): string {
  const old = new Map(before?.server.map((site) => [site.name, site]));
  const next = new Map(after.server.map((site) => [site.name, site]));
  const parts: string[] = [];
  for (const name of next.keys()) if (!old.has(name)) parts.push(`+ ${name}`);
  for (const [name, site] of next) {
    const was = old.get(name);
    if (was !== undefined && was !== site && !isDeepStrictEqual(was, site)) parts.push(`~ ${name}`);
  }
  for (const name of old.keys()) if (!next.has(name)) parts.push(`- ${name}`);
  if (before) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Config>;
    for (const key of keys) if (key !== 'server' && !isDeepStrictEqual(before[key], after[key])) parts.push(`~ ${key}`);
    const isMoved = parts.length === 0 && !isDeepStrictEqual([...old.keys()], [...next.keys()]);
    if (isMoved) parts.push('sites in another order');
  }
  return parts.length === 0 ? 'no change' : shorten(parts);
}

function shorten(parts: string[]): string {
  let text = '';
  for (const [index, part] of parts.entries()) {
    const joined = text === '' ? part : `${text}, ${part}`;
    const more = `, and ${parts.length - index} more`;
    const isLast = index === parts.length - 1;
    if (joined.length + (isLast ? 0 : more.length) > MAX_SUMMARY)
      return text === '' ? `${part.slice(0, MAX_SUMMARY - 1)}…` : `${text}${more}`;
    text = joined;
  }
  return text;
}
