/** One line on what an apply changed. */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../../shared/config.ts';

/** In characters: fits a list row. */
const MAX_SUMMARY = 120;

/** As in `+ shop.local, ~ api.local, - old.local, ~ listen`; `no change` where there is none. */
export function summariseChange(before: Config | undefined, after: Config): string {
  const [was, is] = withoutCommonEnds(before?.server ?? [], after.server);
  const old = new Map(was.map((site) => [site.name, site]));
  const next = new Map(is.map((site) => [site.name, site]));
  const parts: string[] = [];
  for (const name of next.keys()) if (!old.has(name)) parts.push(`+ ${name}`);
  for (const [name, site] of next) {
    const former = old.get(name);
    if (former !== undefined && former !== site && !isDeepStrictEqual(former, site)) parts.push(`~ ${name}`);
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

/** An apply keeps the very objects of the sites that it does not change; most stand at either end of what it does. */
function withoutCommonEnds<T>(before: readonly T[], after: readonly T[]): [before: readonly T[], after: readonly T[]] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
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
