#!/usr/bin/env node
/** Stands in for fpm where electron-builder cannot fetch it: makes the .deb that it asks for with dpkg-deb. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Options that take no value. */
const SWITCHES = new Set(['--force', '--debug', '--verbose']);
const SCRIPTS = new Map([
  ['--after-install', 'postinst'],
  ['--before-remove', 'prerm'],
  ['--after-remove', 'postrm'],
]);

/** @param {string[]} args */
function parse(args) {
  /** @type {Map<string, string[]>} */
  const options = new Map();
  /** @type {[string, string][]} */
  const files = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (SWITCHES.has(arg)) continue;
    if (!arg.startsWith('-')) {
      const [from, to] = arg.split('=');
      if (to !== undefined) files.push([from, to]);
      continue;
    }
    const [name, inline] = arg.startsWith('--') && arg.includes('=') ? split(arg) : [arg, undefined];
    options.set(name, [...(options.get(name) ?? []), inline ?? args[++i]]);
  }
  return { options, files };
}

/** @param {string} arg */
const split = (arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)];

/** @param {Map<string, string[]>} options @param {number} sizeInKib */
function control(options, sizeInKib) {
  const one = (/** @type {string} */ name, otherwise = '') => options.get(name)?.at(-1) ?? otherwise;
  const description = one('--description', one('--name')).trim().split('\n');
  return [
    `Package: ${one('--name')}`,
    `Version: ${one('--version')}`,
    `Architecture: ${one('--architecture', 'amd64')}`,
    `Maintainer: ${one('--maintainer')}`,
    `Section: ${one('--category', one('--deb-section', 'devel'))}`,
    `Priority: ${one('--deb-priority', 'optional')}`,
    `Depends: ${(options.get('-d') ?? []).join(', ')}`,
    `Recommends: ${(options.get('--deb-recommends') ?? []).join(', ')}`,
    `Homepage: ${one('--url')}`,
    `Installed-Size: ${sizeInKib}`,
    `Description: ${description.map((line, i) => (i === 0 ? line : ` ${line.trim() || '.'}`)).join('\n')}`,
    '',
  ].join('\n');
}

const { options, files } = parse(process.argv.slice(2));
if (options.get('-t')?.[0] !== 'deb') throw new Error('this stand-in makes only deb packages');
const tree = mkdtempSync(path.join(os.tmpdir(), 'mogoly-deb-'));
try {
  chmodSync(tree, 0o755);
  for (const [from, to] of files) {
    const target = path.join(tree, to.endsWith('/') && !from.endsWith('/') ? path.join(to, path.basename(from)) : to);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(from, target, { recursive: true, verbatimSymlinks: true });
  }
  mkdirSync(`${tree}/DEBIAN`);
  const size = Number.parseInt(execFileSync('du', ['-sk', tree], { encoding: 'utf8' }), 10);
  const sums = execFileSync('sh', ['-c', 'find * -type f ! -path "DEBIAN/*" -exec md5sum {} +'], { cwd: tree });
  writeFileSync(`${tree}/DEBIAN/control`, control(options, size));
  writeFileSync(`${tree}/DEBIAN/md5sums`, sums);
  for (const [option, name] of SCRIPTS) {
    const file = options.get(option)?.[0];
    if (file === undefined || readFileSync(file, 'utf8').trim() === '') continue;
    copyFileSync(file, `${tree}/DEBIAN/${name}`);
    chmodSync(`${tree}/DEBIAN/${name}`, 0o755);
  }
  const output = options.get('--package')?.[0] ?? options.get('-p')?.[0] ?? '.';
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', tree, output], { stdio: 'inherit' });
} finally {
  rmSync(tree, { recursive: true, force: true });
}
