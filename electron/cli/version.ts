/** The version of this build, from the package it lies in. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The bundle lies one folder below package.json, the source two. */
export function version(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (const up of ['..', '../..']) {
    try {
      const found = JSON.parse(readFileSync(join(here, up, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (found.name === 'mogoly' && found.version) return found.version;
    } catch {
      // Not here: one further up.
    }
  }
  return '0.0.0';
}
