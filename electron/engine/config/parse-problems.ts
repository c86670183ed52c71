/** What YAML and JSON refuse alike. */
import { problem } from '../../../shared/problem.ts';
import type { Place, Problem } from '../../../shared/problem.ts';

/** A config of pools in pools needs about ten. */
export const MAX_DEPTH = 100;

export const tooDeep = (at: Place): Problem =>
  problem('CONFIG_TOO_DEEP', `Values are nested deeper than ${MAX_DEPTH} levels.`, { at, fix: 'Flatten the config.' });

export const repeatedKey = (name: string, at: Place, before: Place): Problem =>
  problem('CONFIG_DUPLICATE_KEY', `The key "${name}" is given twice; the first is on line ${before.line}.`, {
    at,
    fix: 'Remove one of them.',
  });
