/** Which packages reach the user inside dist/, and under which licence, by the lock file. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './source-tree.ts';

interface LockedPackage {
  version?: string;
  license?: string;
  dependencies?: Record<string, string>;
}

/** Only the command line of js-yaml reads it, and no bundle has that. */
const NEVER_BUNDLED = new Set(['argparse']);

/** `name@version: licence` of each named package and all that it depends on. */
export function shippedLicences(names: Iterable<string>): Map<string, string> {
  const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const licences = new Map<string, string>();
  const queue = [...names];
  const seen = new Set<string>();
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name) || NEVER_BUNDLED.has(name)) continue;
    seen.add(name);
    const entry = lock.packages[`node_modules/${name}`];
    licences.set(name, entry?.license ?? oldForm(name));
    queue.push(...Object.keys(entry?.dependencies ?? {}));
  }
  return licences;
}

/** As packages said it before there were SPDX expressions. */
function oldForm(name: string): string {
  const { licenses } = JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as {
    licenses?: { type?: string }[];
  };
  return licenses?.[0]?.type ?? 'unknown';
}

/** Name of the package that an import specifier leads to. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
