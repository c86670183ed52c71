/** Our marked block in a hosts file: read, written and taken out, with every other byte of the file kept. */
import { normaliseHost } from '../../../shared/host.ts';
import { failure, problem, success, warning, type Problem, type Result } from '../../../shared/problem.ts';

export const HOSTS_BEGIN = '# mogoly begin';
export const HOSTS_END = '# mogoly end';
/** Opens a block that was put behind a last line without a line break, so that taking it out can restore that. */
const HOSTS_BEGIN_JOINED = `${HOSTS_BEGIN} (the line above had no line break)`;

/** One name and the addresses it gets, IPv4 and IPv6 in any order; a hosts file has no wildcards (hosts(5)). */
export interface HostsEntry {
  host: string;
  addresses: readonly string[];
}

interface Line {
  start: number;
  /** Behind its line break. */
  end: number;
  text: string;
  /** `\n`, `\r\n`, or nothing at the end of the file. */
  ending: string;
}

interface Block {
  start: number;
  end: number;
  lines: Line[];
  ending: string;
  isJoined: boolean;
}

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Decodes what was read from disk, a byte order mark included. `HOSTS_ENCODING` for anything but UTF-8 and ASCII, which
 * could not be written back as it was.
 */
export function decodeHostsFile(bytes: Uint8Array): Result<string> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return success(text);
  } catch {
    // Not UTF-8: told below, as for UTF-16.
  }
  return failure(
    problem('HOSTS_ENCODING', 'The hosts file is not plain text in UTF-8 or ASCII.', {
      fix: 'Save it as UTF-8 in an editor, then try again.',
    }),
  );
}

/** The entries of our block in the order of the file; undefined where there is none, `HOSTS_BLOCK_BROKEN` for half a block. */
export function readHostsBlock(text: string): Result<HostsEntry[] | undefined> {
  const found = findBlock(text);
  if (!found.ok) return found;
  if (found.value === undefined) return success(undefined);
  const entries = new Map<string, string[]>();
  for (const line of found.value.lines) {
    for (const [host, address] of mappingsOf(line.text)) {
      entries.set(host, [...(entries.get(host) ?? []), address]);
    }
  }
  return success([...entries].map(([host, addresses]) => ({ host, addresses })));
}

/**
 * The file with our block holding just these entries, in their order: in the place of the old block, else at the end.
 * No entries take the block out. Writing the same twice changes nothing. Fails with `HOSTS_BLOCK_BROKEN` and
 * `HOSTS_NAME_REFUSED`; warns with `HOSTS_NAME_TAKEN` of a line of somebody else's for one of the names.
 */
export function writeHostsBlock(
  text: string,
  entries: readonly HostsEntry[],
  platform: NodeJS.Platform = 'linux',
): Result<string> {
  const refused = entries.filter(({ host, addresses }) => !isPlainName(host) || !addresses.every(isAddress));
  if (refused.length > 0) return failure(...refused.map(({ host }) => refusedName(host)));
  if (entries.length === 0) return removeHostsBlock(text);
  const found = findBlock(text);
  if (!found.ok) return found;
  const block = found.value;
  const ending = block?.ending ?? endingOf(text, platform);
  const isJoined = block?.isJoined ?? !(text.endsWith('\n') || bodyOf(text) === '');
  const body = [isJoined ? HOSTS_BEGIN_JOINED : HOSTS_BEGIN, ...linesOf(entries), HOSTS_END];
  const written = body.map((line) => line + ending).join('');
  const before = block ? text.slice(0, block.start) : isJoined ? text + ending : text;
  const after = block ? text.slice(block.end) : '';
  return success(before + written + after, takenNames(text, block, entries));
}

/** The file as it was before our block came; `HOSTS_BLOCK_BROKEN` for half a block. */
export function removeHostsBlock(text: string): Result<string> {
  const found = findBlock(text);
  if (!found.ok) return found;
  const block = found.value;
  if (block === undefined) return success(text);
  const after = text.slice(block.end);
  const isOurBreak = block.isJoined && after === '';
  return success(text.slice(0, block.start - (isOurBreak ? block.ending.length : 0)) + after);
}

/** Whether our block holds just these entries, in any order. */
export function sameHosts(have: readonly HostsEntry[], wanted: readonly HostsEntry[]): boolean {
  const keys = (entries: readonly HostsEntry[]): string => [...new Set(linesOf(entries))].sort().join('\n');
  return keys(have) === keys(wanted);
}

/** Splits hosts of sites into those that a hosts file can carry and those, with a `*`, that it cannot. */
export function splitHosts(hosts: readonly string[]): { exact: string[]; wild: string[] } {
  const names = [...new Set(hosts)];
  return {
    exact: names.filter(isPlainName),
    wild: names.filter((host) => host.startsWith('*')),
  };
}

const bodyOf = (text: string): string => (text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);

/** A name in normal form and not an address: nothing in it can end a line or open a comment. */
const isPlainName = (host: string): boolean =>
  normaliseHost(host) === host && !host.startsWith('[') && !/^[\d.]+$/.test(host);

const isAddress = (address: string): boolean => /^[\da-fA-F.:]+(%[\w.-]+)?$/.test(address);

const refusedName = (host: string): Problem =>
  problem('HOSTS_NAME_REFUSED', `"${host}" cannot stand in a hosts file.`, {
    fix: host.includes('*')
      ? 'Let the DNS answer it, or list each name by itself.'
      : 'Use a plain host name in lower case.',
  });

const linesOf = (entries: readonly HostsEntry[]): string[] =>
  entries.flatMap(({ host, addresses }) => addresses.map((address) => `${address}\t${host}`));

function endingOf(text: string, platform: NodeJS.Platform): string {
  const first = text.indexOf('\n');
  if (first === -1) return platform === 'win32' ? '\r\n' : '\n';
  return text[first - 1] === '\r' ? '\r\n' : '\n';
}

function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = bodyOf(text) === text ? 0 : 1; start < text.length;) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed + 1;
    const ending = feed === -1 ? '' : text[feed - 1] === '\r' && feed > start ? '\r\n' : '\n';
    lines.push({ start, end, text: text.slice(start, end - ending.length), ending });
    start = end;
  }
  return lines;
}

/** Blanks around a marker are an editor's doing; the marker still counts. */
const isBegin = (line: Line): boolean => [HOSTS_BEGIN, HOSTS_BEGIN_JOINED].includes(line.text.trim());
const isEnd = (line: Line): boolean => line.text.trim() === HOSTS_END;

function findBlock(text: string): Result<Block | undefined> {
  const lines = splitLines(text);
  const begins = lines.filter(isBegin);
  const ends = lines.filter(isEnd);
  const [begin] = begins;
  const [end] = ends;
  if (begin === undefined && end === undefined) return success(undefined);
  if (begins.length !== 1 || ends.length !== 1 || !begin || !end || end.start < begin.start) return brokenBlock();
  return success({
    start: begin.start,
    end: end.end,
    lines: lines.slice(lines.indexOf(begin) + 1, lines.indexOf(end)),
    ending: begin.ending,
    isJoined: begin.text.trim() === HOSTS_BEGIN_JOINED,
  });
}

const brokenBlock = () =>
  failure(
    problem('HOSTS_BLOCK_BROKEN', `The hosts file has not one "${HOSTS_BEGIN}" with one "${HOSTS_END}" behind it.`, {
      fix: 'Delete the lines with "mogoly begin" and "mogoly end" and what is between them, then try again.',
    }),
  );

/** `[host, address]` of each name on a line, comments left out. */
function mappingsOf(line: string): [string, string][] {
  const [content = ''] = line.split('#', 1);
  const [address, ...hosts] = content.split(/\s+/).filter(Boolean);
  return address === undefined ? [] : hosts.map((host) => [host.toLowerCase(), address]);
}

function takenNames(text: string, block: Block | undefined, entries: readonly HostsEntry[]): Problem[] {
  const wanted = new Map(entries.map(({ host, addresses }) => [host, addresses]));
  return splitLines(text)
    .filter(({ start }) => block === undefined || start < block.start || start >= block.end)
    .flatMap(({ text: line }) => mappingsOf(line))
    .filter(([host, address]) => wanted.has(host) && !wanted.get(host)?.includes(address))
    .map(([host, address]) =>
      warning('HOSTS_NAME_TAKEN', `The hosts file already gives "${host}" the address ${address}, outside our block.`, {
        fix: 'Delete that line, or the name may lead there.',
      }),
    );
}
