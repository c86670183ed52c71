/** Names as the map writes them. */
import type { PoolState } from '../../../shared/state.ts';

/** Its name, or how it chooses: `Round robin`. */
export function poolTitle({ name, strategy }: PoolState): string {
  if (name !== '') return name;
  const words = strategy.replaceAll('_', ' ');
  return words === 'ip hash' ? 'IP hash' : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
