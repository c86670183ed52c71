/** YAML to a value in steps, site by site; a site whose text did not change is not parsed again. */
import { isAlias, isMap, isScalar, visit } from 'yaml';
import { success } from '../../../shared/problem.ts';
import type { ConfigPath, Place, Result } from '../../../shared/problem.ts';
import { runAtOnce } from '../turns.ts';
import type { Steps } from '../turns.ts';
import { isPlain } from './legacy.ts';
import { findOffset, MAX_VALUES, parseYaml } from './parse-yaml.ts';
import type { ParsedYaml } from './parse-yaml.ts';
import type { ParsedText } from './places.ts';
import { findSiteLines } from './yaml-lines.ts';
import type { SiteLines } from './yaml-lines.ts';
import type { YamlDocument } from './yaml-document.ts';

type Places = (offset: number) => Place;

/**
 * The same as the parser of the whole makes of the text. Undefined where there is a mistake, or a site cannot be
 * understood by itself: then somebody has to look at the whole.
 */
export type SitewiseYaml = (text: string, place: Places) => Steps<Result<ParsedText> | undefined>;

interface Site {
  value: unknown;
  cost: number;
}

/** Deeper ones are left to the parser of the whole, which knows how deep is too deep. */
const SITE_DEPTH = 50;

/** Values of one call are those of the next where the text is the same: nobody may change them. */
export function createSitewiseYaml(): SitewiseYaml {
  let last = new Map<string, Site>();
  return function* (text, place) {
    const lines = yield* findSiteLines(text);
    if (lines === undefined) return undefined;
    const rest = yield* readRest(text, lines, place);
    if (rest === undefined) return undefined;
    const next = new Map<string, Site>();
    const sites: unknown[] = [];
    let { cost } = rest.parsed;
    for (let index = 0; index < lines.starts.length; index++) {
      const part = siteText(text, lines, index);
      const site = next.get(part) ?? last.get(part) ?? (yield* readSite(part));
      if (site === undefined) return undefined;
      next.set(part, site);
      sites.push(site.value);
      cost += site.cost;
      yield;
    }
    if (cost > MAX_VALUES) return undefined;
    last = next;
    const value = { ...rest.value, server: sites };
    return success({ value, ...placesOf(text, lines, rest.parsed, place) }, rest.warnings);
  };
}

const siteText = (text: string, { starts, end }: SiteLines, index: number): string =>
  text.slice(starts[index], starts[index + 1] ?? end);

interface Rest {
  parsed: ParsedYaml;
  value: Record<string, unknown>;
  warnings: Extract<Result<unknown>, { ok: true }>['warnings'];
}

/** The config without its sites. */
function* readRest(text: string, lines: SiteLines, place: Places): Steps<Rest | undefined> {
  const { from, end, key } = lines;
  const placeInRest: Places = (offset) => place(offset < from ? offset : offset + end - from);
  const read = yield* parseYaml(text.slice(0, from) + text.slice(end), placeInRest);
  if (!read.ok || !isPlain(read.value.value) || !isEmptyKey(read.value.document, key)) return undefined;
  return { parsed: read.value, value: read.value.value, warnings: read.warnings };
}

/** Whether the line of the key is read as one of the config, which the list under it belongs to. */
function isEmptyKey({ contents }: YamlDocument, offset: number): boolean {
  if (!isMap(contents) || contents.flow === true) return false;
  const pair = contents.items.find(({ key }) => key.range[0] === offset);
  return isScalar(pair?.key) && pair.key.value === 'server' && isScalar(pair.value) && pair.value.value === null;
}

function* readSite(part: string): Steps<Site | undefined> {
  const read = yield* parseYaml(part, nowhere, SITE_DEPTH);
  if (!read.ok || read.warnings.length > 0) return undefined;
  const { value, cost, document } = read.value;
  if (!Array.isArray(value) || value.length !== 1 || !isPlain(value[0]) || hasAnchors(part, document)) return undefined;
  return { value: value[0], cost };
}

const nowhere: Places = () => ({ line: 1, column: 1 });

/** What is anchored here may be used elsewhere, and the other way round. */
function hasAnchors(part: string, document: YamlDocument): boolean {
  let isFound = false;
  if (/[&*]/.test(part))
    visit(document, {
      Node(_key, node) {
        isFound ||= isAlias(node) || node.anchor !== undefined;
        return isFound ? visit.BREAK : undefined;
      },
    });
  return isFound;
}

/** A site is parsed once more when somebody asks for a place in it. */
function placesOf(text: string, lines: SiteLines, rest: ParsedText, place: Places): Omit<ParsedText, 'value'> {
  const { starts, indent } = lines;
  let last: { index: number; document: YamlDocument } | undefined;
  const documentOf = (index: number): YamlDocument | undefined => {
    if (last?.index === index) return last.document;
    const read = runAtOnce(parseYaml(siteText(text, lines, index), nowhere));
    if (!read.ok) return undefined; // it was good before
    last = { index, document: read.value.document };
    return last.document;
  };
  const find = (path: ConfigPath, wantKey: boolean): Place | undefined => {
    const [top, step, ...inSite] = path;
    if (top !== 'server' || (step === undefined && wantKey)) return wantKey ? rest.locateKey(path) : rest.locate(path);
    const start = starts[Number(step)];
    const document = start === undefined ? undefined : documentOf(Number(step));
    if (start !== undefined && document !== undefined)
      return place(start + findOffset(document, [0, ...inSite], wantKey));
    return wantKey ? rest.locateKey(['server']) : place(starts[0]! + indent);
  };
  return { locate: (path) => find(path, false), locateKey: (path) => find(path, true) };
}
