/** The rules of the house, checked on the sources themselves: directions, sizes, names, licences. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageOf, shippedLicences } from './kit/licences.ts';
import { ROOT, importRings, importsOf, readSource, sourceFiles } from './kit/source-tree.ts';

const PRODUCT = [...sourceFiles('shared'), ...sourceFiles('electron'), ...sourceFiles('renderer')];
const FILE_LINES = 300;

/** Where the files of a part may lead, beside the part itself. */
const DIRECTIONS: Record<string, string[]> = {
  'shared/': [],
  'electron/engine/': ['shared/'],
  'electron/control/': ['shared/', 'electron/engine/'],
  'electron/cli/': ['shared/', 'electron/engine/', 'electron/control/'],
  'electron/main/': ['shared/', 'electron/engine/', 'electron/control/'],
  'electron/preload/': ['shared/'],
  'renderer/': ['shared/'],
};

const rulesOf = (part: string): string[] => [part, ...(DIRECTIONS[part] ?? [])];
const partOf = (file: string): string | undefined => Object.keys(DIRECTIONS).find((part) => file.startsWith(part));
const roomOf = (file: string): string | undefined => /^electron\/engine\/([^/]+)\//.exec(file)?.[1];

/** `file → target` for every import that a rule forbids. */
function violations(rule: (file: string, target: string | undefined, specifier: string) => boolean): string[] {
  return PRODUCT.flatMap((file) =>
    importsOf(file)
      .filter(({ target, specifier }) => rule(file, target, specifier))
      .map(({ specifier }) => `${file} → ${specifier}`),
  );
}

describe('import directions', () => {
  it('every source file belongs to a part with a direction', () => {
    expect(PRODUCT.filter((file) => partOf(file) === undefined)).toEqual([]);
  });

  it('shared ← engine ← control ← main, cli; shared ← preload; shared ← renderer', () => {
    const wrong = violations((file, target) => {
      const part = partOf(file);
      if (target === undefined || part === undefined) return false;
      return !rulesOf(part).some((allowed) => target.startsWith(allowed));
    });
    expect(wrong).toEqual([]);
  });

  it('only main/ and preload/ import electron', () => {
    const wrong = violations(
      (file, _target, specifier) => packageOf(specifier) === 'electron' && !/^electron\/(main|preload)\//.test(file),
    );
    expect(wrong).toEqual([]);
  });

  it('shared/ and renderer/ import nothing of Node', () => {
    const wrong = violations(
      (file, _target, specifier) => specifier.startsWith('node:') && /^(shared|renderer)\//.test(file),
    );
    expect(wrong).toEqual([]);
  });

  it('rooms of the engine do not import one another', () => {
    const wrong = violations((file, target) => {
      const from = roomOf(file);
      const to = target === undefined ? undefined : roomOf(target);
      return from !== undefined && to !== undefined && from !== to;
    });
    expect(wrong).toEqual([]);
  });

  it('every import of an own file leads to one that is there', () => {
    expect(
      violations((_file, target) => target !== undefined && !existsSync(path.join(ROOT, target.split('?')[0]!))),
    ).toEqual([]);
  });

  it('nothing of Node is imported late: the code that dist/cli.js keeps cannot', () => {
    const late = PRODUCT.filter((file) =>
      /[^.]\bimport\(\s*['"`]node:/.test(readSource(file).replace(/typeof import\(/g, '')),
    );
    expect(late).toEqual([]);
  });

  it('no files import one another in a ring', () => {
    expect(importRings(PRODUCT)).toEqual([]);
  });
});

describe('files', () => {
  const all = [...PRODUCT, ...sourceFiles('test'), ...sourceFiles('build')];

  it(`none is longer than ${FILE_LINES} lines`, () => {
    const long = all.filter((file) => readSource(file).trimEnd().split('\n').length > FILE_LINES);
    expect(long).toEqual([]);
  });

  it('each source file opens with a sentence of purpose', () => {
    const silent = PRODUCT.filter((file) => /\.tsx?$/.test(file) && !/^(#!.*\n)?\/\*\*/.test(readSource(file)));
    expect(silent).toEqual([]);
  });

  it('names are kebab-case', () => {
    const odd = PRODUCT.filter((file) => !/^[a-z0-9-]+(\.[a-z]+)+$/.test(path.basename(file)));
    expect(odd).toEqual([]);
  });

  it("none names a path of somebody's machine", () => {
    const machine = new RegExp(`(?<![\\w.$}])/(${['work', 'Users'].join('|')})/[\\w.]`);
    const others = tracked().filter((file) => /^(\w+\.md$|docs\/|\.ci\/)/.test(file));
    expect([...all, ...others].filter((file) => machine.test(readSource(file)))).toEqual([]);
  });

  it('no work is left for later in a comment', () => {
    const later = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`);
    expect(all.filter((file) => later.test(readSource(file)))).toEqual([]);
  });
});

/** What people read before they change anything. */
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'];

describe('documents', () => {
  it.each(DOCUMENTS)('%s names only paths that exist', (document) => {
    const quoted = [...readSource(document).matchAll(/`([\w.@/-]+)`/g)].map(([, text]) => text!);
    const paths = quoted.filter((text) => /^(electron|renderer|shared|test|build|\.ci)(\/|$)/.test(text));
    expect(paths.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
  });

  it.each(DOCUMENTS)('%s names only npm scripts that exist', (document) => {
    const scripts = (JSON.parse(readSource('package.json')) as { scripts: Record<string, string> }).scripts;
    const named = [...readSource(document).matchAll(/\bnpm (?:run )?(start|test)\b|\bnpm run ([a-z]+)/g)];
    expect(named.map(([, bare, run]) => bare ?? run ?? '').filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('licences', () => {
  const ALLOWED = /^(MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0|Unlicense|OFL-1\.1)$/;

  it('every package that reaches the user may be shipped', () => {
    const imported = PRODUCT.flatMap(importsOf)
      .filter(({ target, isType, specifier }) => target === undefined && !isType && !specifier.startsWith('node:'))
      .map(({ specifier }) => packageOf(specifier));
    const shipped = shippedLicences([...new Set(imported)].filter((name) => name !== 'electron'));
    expect(shipped.size).toBeGreaterThan(0);
    // `(A OR B)` leaves the choice to us.
    const choices = (licence: string): string[] => licence.replace(/^\((.*)\)$/, '$1').split(' OR ');
    expect([...shipped].filter(([, licence]) => !choices(licence).some((choice) => ALLOWED.test(choice)))).toEqual([]);
  });
});

/** What git keeps; every file there is, where this is no clone. */
function tracked(): string[] {
  try {
    return execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
  } catch {
    return ['README.md', 'CHANGELOG.md'];
  }
}
