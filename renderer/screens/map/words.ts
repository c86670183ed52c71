/** Rates and names as the map writes them. */
import { formatCount } from '../../parts/format.ts';
import type { PoolState } from '../../../shared/state.ts';

/** `0`, `0.4`, `8.2`, `42`, `1,204`. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0';
  return perSecond < 10 ? String(Math.max(0.1, Math.round(perSecond * 10) / 10)) : formatCount(perSecond);
}

/** Its name, or how it chooses: `Round robin`. */
export function poolTitle({ name, strategy }: PoolState): string {
  if (name !== '') return name;
  const words = strategy.replaceAll('_', ' ');
  return words === 'ip hash' ? 'IP hash' : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
