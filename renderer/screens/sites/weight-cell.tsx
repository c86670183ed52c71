/** The weight of a backend, changed in its place: Enter keeps it, Escape leaves it. */
import { useState } from 'react';
import { setBackendWeight } from '../../store/changes.ts';
import type { BackendState, SiteState } from '../../../shared/state.ts';

const WEIGHT_MAX = 1_000;

export function WeightCell({ site, backend }: { site: SiteState; backend: BackendState }) {
  const [typed, setTyped] = useState<string>();
  const { name, weight } = backend;
  if (typed === undefined)
    return (
      <button
        type="button"
        className="weight"
        title={`Set the weight of ${name}`}
        aria-label={`Weight of ${name}: ${weight}`}
        onClick={() => setTyped(String(weight))}
      >
        {weight}
      </button>
    );
  const next = Number(typed);
  const isGood = typed.trim() !== '' && Number.isInteger(next) && next >= 0 && next <= WEIGHT_MAX;
  const keep = (): void => {
    setTyped(undefined);
    if (isGood && next !== weight) void setBackendWeight(site, backend, next);
  };
  return (
    <input
      type="text"
      className="weight num"
      inputMode="numeric"
      aria-label={`Weight of ${name}`}
      aria-invalid={!isGood}
      title={`From 0 to ${WEIGHT_MAX}`}
      autoFocus
      value={typed}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && isGood) {
          event.preventDefault(); // the keyboard goes back to the button, which the key would press
          keep();
        }
        if (event.key === 'Escape') {
          setTyped(undefined);
          event.stopPropagation();
          event.preventDefault();
        }
      }}
    />
  );
}
