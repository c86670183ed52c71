/** The share of the requests a backend got lately beside what its weight says. */
import { createContext, useContext } from 'react';
import { sharesOf } from '../../store/places.ts';
import { backendsOf } from '../../store/live-state.ts';
import { isPool } from '../../../shared/state.ts';
import type { BackendState, PoolState } from '../../../shared/state.ts';

/** Requests of late by backend id. */
export const LatelyContext = createContext<ReadonlyMap<string, number>>(new Map());

export interface Share {
  /** By weight, from 0 to 1. */
  due: number;
  /** Of late; undefined while there was no request. */
  got: number | undefined;
}

const percentOf = (share: number): number => Math.round(share * 100);

export function ShareBar({ due, got }: Share) {
  const shown = percentOf(got ?? due);
  const said = got === undefined ? `${shown} % by weight` : `${shown} % lately, ${percentOf(due)} % by weight`;
  return (
    <span className={`share ${got === undefined ? 'is-due' : ''}`} title={said}>
      <span className="share-bar" aria-hidden="true">
        <span className="share-fill" style={{ width: `${shown}%` }} />
        {got !== undefined && <span className="share-tick" style={{ left: `${percentOf(due)}%` }} />}
      </span>
      <span className="num" aria-hidden="true">
        {shown} %
      </span>
      <span className="hidden">{said}</span>
    </span>
  );
}

/** How a share of late is worked out for the members of one pool of the site. */
export function useGot(pool: PoolState): (members: readonly BackendState[]) => number | undefined {
  const lately = useContext(LatelyContext);
  const sum = (backends: readonly BackendState[]): number =>
    backends.reduce((total, { id }) => total + (lately.get(id) ?? 0), 0);
  const total = sum(backendsOf(pool));
  return (members) => (total === 0 ? undefined : sum(members) / total);
}

/** More members than this are not told apart in one bar. */
const SEGMENTS_MAX = 24;

/** The whole pool in one bar: above what came, below what the weights say. */
export function PoolShare({ pool }: { pool: PoolState }) {
  const gotOf = useGot(pool);
  const due = sharesOf(pool.members);
  const got = pool.members.map((member) => gotOf(isPool(member) ? backendsOf(member) : [member]));
  const isQuiet = got[0] === undefined;
  if (pool.members.length < 2 || pool.members.length > SEGMENTS_MAX) return null;
  // Of a pool that is all down there is nothing to share.
  if (isQuiet && due.every((share) => share === 0)) return null;
  const told = pool.members
    .map(({ name }, index) => `${name} ${percentOf(got[index] ?? due[index] ?? 0)} %`)
    .join(', ');
  return (
    <div className="pool-share" role="img" aria-label={`${isQuiet ? 'By weight' : 'Lately'}: ${told}`}>
      <Strip className={isQuiet ? 'strip is-due' : 'strip'} names={pool.members} shares={isQuiet ? due : got} />
      {!isQuiet && <Strip className="strip strip-due" names={pool.members} shares={due} />}
    </div>
  );
}

function Strip({
  className,
  names,
  shares,
}: {
  className: string;
  names: PoolState['members'];
  shares: readonly (number | undefined)[];
}) {
  return (
    <div className={className}>
      {names.map(({ name }, index) => {
        const percent = percentOf(shares[index] ?? 0);
        return percent === 0 ? null : (
          <span key={`${name} ${index}`} style={{ flexGrow: percent }} title={`${name} ${percent} %`}>
            {percent >= 12 && className.startsWith('strip') && !className.includes('strip-due') ? name : ''}
          </span>
        );
      })}
    </div>
  );
}
