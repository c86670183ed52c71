/** Collects what ours cannot say of another proxy's config, each with its place and a remedy. */
import { problem, ProblemError, warning, type Place, type Problem } from '../../../shared/problem.ts';

/** More than anybody reads; the rest is counted in one last note. */
const MAX_NOTES = 500;

export class Notes {
  readonly #list: Problem[] = [];
  readonly #told = new Set<string>();
  #left = 0;

  /** `what` as in "error_page": a part that is not carried over. */
  leftOut(at: Place, what: string, how?: string): void {
    this.#add(
      warning('IMPORT_LEFT_OUT', `${what} is left out.`, {
        at,
        fix: how ?? 'Mogoly has nothing like it; a middleware of your own (name: ./mw.mjs) may do it.',
      }),
    );
  }

  /** A sentence on what is carried over and works in another way. */
  changed(at: Place, what: string, how?: string): void {
    this.#add(
      warning('IMPORT_CHANGED', `Not the same: ${what}`, {
        at,
        fix: how ?? 'See whether that is as you want it, and edit the site.',
      }),
    );
  }

  /** A guard that could not be carried over; its site is imported disabled. */
  unguarded(at: Place, what: string, how: string): void {
    this.#add(
      warning('IMPORT_UNGUARDED', `${what} is not carried over, so its site is disabled.`, {
        at,
        fix: `${how} Then take "disabled: true" off the site.`,
      }),
    );
  }

  /** The same sentence is told once, at its first place. */
  once(key: string, tell: () => void): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    tell();
  }

  #add(note: Problem): void {
    if (this.#list.length < MAX_NOTES) this.#list.push(note);
    else this.#left++;
  }

  /** In the order of the files, as they were read. */
  list(): Problem[] {
    const files = [...new Set(this.#list.map(({ at }) => at?.file))];
    const place = ({ at }: Problem): [number, number, number] => [
      files.indexOf(at?.file),
      at?.line ?? 0,
      at?.column ?? 0,
    ];
    const sorted = [...this.#list].sort((one, two) => {
      const [a, b] = [place(one), place(two)];
      return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
    });
    if (this.#left === 0) return sorted;
    return [
      ...sorted,
      warning('IMPORT_MORE_NOTES', `There are ${this.#left} more notes.`, { fix: 'Import the file in parts.' }),
    ];
  }
}

/** Ends the reading of a file that is not what it says. */
export function syntaxError(at: Place, message: string, fix = 'Mend the file there.'): never {
  throw new ProblemError([
    problem('IMPORT_SYNTAX', `It cannot be read. ${message}`, { at, fix: `${fix} Then import it again.` }),
  ]);
}

export function tooMuch(at: Place, message: string): never {
  throw new ProblemError([problem('IMPORT_TOO_LARGE', `${message}`, { at, fix: 'Import it in parts.' })]);
}
