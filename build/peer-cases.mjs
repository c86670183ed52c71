/** `node build/peer-cases.mjs`: writes docs/peers.md, what we and other proxies make of the same cases, from the table that test/peers/cases.test.ts proves. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ROOT, say } from './root.mjs';

export const FILE = 'docs/peers.md';
const TABLE = 'test/peers/cases/outcomes.json';
const NAMES = { ours: 'Mogoly', caddy: 'Caddy 2.6', nginx: 'nginx 1.22', haproxy: 'HAProxy 2.6' };

/** @typedef {{ ours: string, caddy?: string, nginx?: string, haproxy?: string, why?: string }} Outcome */

/** The document, from the table as it is. @returns {Promise<string>} */
export async function peersDocument() {
  /** @type {Record<string, Record<string, Outcome>>} */
  const table = JSON.parse(readFileSync(`${ROOT}/${TABLE}`, 'utf8'));
  const rows = Object.values(table).flatMap((area) => Object.values(area));
  const same = rows.filter((row) => row.why === undefined).length;
  const text = `<!-- Written by node build/peer-cases.mjs from ${TABLE}; edit that. -->

# The same cases, four proxies

${rows.length} cases, each played over raw sockets against Mogoly, and against Caddy, nginx and HAProxy of Debian 12 on the config that \`mogoly export\` writes for them, each before a recording backend. In ${same} all four do the same. Where one differs, the row says why we do what we do. Each cell is what a client gets (or, for fields and paths, what the backend gets); \`npx vitest run test/peers/cases.test.ts\` plays them again.

${Object.entries(table).map(renderArea).join('\n')}`;
  const { format, resolveConfig } = await import('prettier');
  return format(text, { ...(await resolveConfig(`${ROOT}/${FILE}`)), parser: 'markdown' });
}

/** @param {[string, Record<string, Outcome>]} area */
function renderArea([title, rows]) {
  const head = ['case', ...Object.values(NAMES), 'why we do so'];
  const lines = Object.entries(rows).map(([what, row]) => [
    cell(what),
    ...[row.ours, row.caddy, row.nginx, row.haproxy].map((outcome) => (outcome === undefined ? 'same' : cell(outcome))),
    row.why ?? '',
  ]);
  const table = [head, head.map(() => '---'), ...lines].map((columns) => `| ${columns.join(' | ')} |`);
  return `## ${title}\n\n${table.join('\n')}\n`;
}

/** Bytes of a case may be marks of Markdown. @param {string} text */
const cell = (text) => text.replaceAll(/[\\|*_<>[\]#`]/g, '\\$&');

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(`${ROOT}/${FILE}`, await peersDocument());
  say(`wrote ${FILE}`);
}
