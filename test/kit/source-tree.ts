/** Reads the project's own sources for the house rules: files, their imports, what leads where. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const SOURCE = /\.(ts|tsx|mjs|cjs|css|html)$/;
/** `import … from '…'`, `import '…'`, `export … from '…'` and `import('…')`; a type alone is in the first group. */
const IMPORT = /^(?:import|export)\s+(type\s)?(?:[^'"`;=(]*?\bfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/gm;
const GENERATED = new Set(['node_modules', 'dist', 'release', 'fixtures']);

export interface Import {
  /** As written. */
  specifier: string;
  /** Path under the root of the file it leads to; undefined for a package. */
  target: string | undefined;
  isType: boolean;
}

/** Paths under the root of every source file in the folder. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return GENERATED.has(entry.name) ? [] : sourceFiles(file);
    return SOURCE.test(entry.name) ? [file] : [];
  });
}

export const readSource = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** Every static and dynamic import of a literal, and every re-export. */
export function importsOf(file: string): Import[] {
  const text = readSource(file);
  const found = text.matchAll(IMPORT);
  return [...found].map(([, type, fixed, dynamic]) => {
    const specifier = fixed ?? dynamic ?? '';
    const target = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
    return { specifier, target, isType: type !== undefined };
  });
}

/** Files that import one another in a ring, types apart; each ring once, as a path back to its start. */
export function importRings(files: readonly string[]): string[] {
  const edges = new Map(files.map((file) => [file, valueTargets(file)]));
  const rings: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) rings.push([...trail.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return rings;
}

const valueTargets = (file: string): string[] =>
  importsOf(file).flatMap(({ target, isType }) => (target === undefined || isType ? [] : [target]));
