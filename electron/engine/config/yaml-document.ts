/** YAML text to the one document it holds; what no config needs is refused before it costs much. */
import { Composer, Lexer, Parser } from 'yaml';
import type { CST, Document, Node } from 'yaml';
import { failure, problem, success } from '../../../shared/problem.ts';
import type { Place, Problem, Result } from '../../../shared/problem.ts';
import type { Steps } from '../turns.ts';
import { MAX_DEPTH, tooDeep } from './parse-problems.ts';

/** More are the same mistake over again. */
export const MAX_SYNTAX_PROBLEMS = 100;
/** YAML allows four: those of a map, and those of its first key. */
const MAX_PROPERTIES = 16;
/** Some milliseconds at most. */
const LEXEMES_AT_ONCE = 200;

/** What edits parse with, too. Repeated keys are looked for here, in linear time. */
export const YAML_OPTIONS = {
  merge: true,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'error',
  keepSourceTokens: false,
} as const;

export type YamlDocument = Document.Parsed;

type Places = (offset: number) => Place;

/** Its errors are still to be looked at. The depth is watched while reading, since composing it recurses. */
export function* readDocument(text: string, place: Places, maxDepth = MAX_DEPTH): Steps<Result<YamlDocument>> {
  const tokens = yield* readTokens(text, place, maxDepth);
  return tokens.ok ? compose(tokens.value, text, place) : tokens;
}

function* readTokens(text: string, place: Places, maxDepth: number): Steps<Result<CST.Token[]>> {
  const parser = new Parser();
  const properties = new PropertyCount();
  const tokens: CST.Token[] = [];
  let errors = 0;
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === 'error') errors++;
    }
    if (parser.stack.length > maxDepth + 2) return failure(tooDeep(place(parser.offset)));
    if (properties.after(lexeme) > MAX_PROPERTIES)
      return failure(tooManyProperties(place(parser.offset - lexeme.length)));
    if (errors > MAX_SYNTAX_PROBLEMS) break;
    if (++lexemes % LEXEMES_AT_ONCE === 0) yield;
  }
  tokens.push(...parser.end());
  return success(tokens);
}

const tooManyProperties = (at: Place): Problem =>
  problem('CONFIG_SYNTAX', `More than ${MAX_PROPERTIES} anchors and tags stand before one value.`, {
    at,
    fix: 'Keep one anchor and one tag at most.',
  });

/** The mark that the lexer sets before the text of a value. */
const TEXT_FOLLOWS = '\u001f';

/** Anchors and tags with nothing but space and comments between them. */
class PropertyCount {
  #count = 0;
  #isText = false;

  after(lexeme: string): number {
    const first = lexeme[0];
    if (this.#isText || !' \t\r\n#&!'.includes(first ?? ' ')) this.#count = 0;
    else if (first === '&' || first === '!') this.#count++;
    this.#isText = lexeme === TEXT_FOLLOWS;
    return this.#count;
  }
}

function compose(tokens: CST.Token[], text: string, place: Places): Result<YamlDocument> {
  const composer = new Composer<Node & never>(YAML_OPTIONS);
  stopAfterErrors(composer);
  let first: YamlDocument | undefined;
  try {
    for (const document of composer.compose(tokens, true, text.length) as unknown as Iterable<YamlDocument>) {
      if (first !== undefined) return failure(secondDocument(place(document.range[0])));
      first = document;
    }
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error;
    return failure(...syntaxProblems(composer.streamInfo().errors, text, place));
  }
  return success(first!); // there is one of an empty text, too
}

/** The package would go on to the end of the text, and make an error, each with its stack, of every token. */
function stopAfterErrors(composer: Composer<Node & never>): void {
  const tell = composer['onError'] as (...about: unknown[]) => void;
  let errors = 0;
  let warnings = 0;
  composer['onError'] = (source: unknown, code: unknown, message: unknown, isWarning?: boolean) => {
    if (isWarning === true && ++warnings > MAX_SYNTAX_PROBLEMS) return;
    tell(source, code, message, isWarning);
    if (isWarning !== true && ++errors >= MAX_SYNTAX_PROBLEMS) throw new TooManyErrors();
  };
}

class TooManyErrors extends Error {}

const secondDocument = (at: Place): Problem =>
  problem('CONFIG_SYNTAX', 'There is more than one YAML document in the file.', {
    at,
    fix: 'Keep one, and remove the line "---" between them.',
  });

/** The first of each line: a mistake makes an error of every token after it, to the end of the line or of the text. */
export function syntaxProblems(
  errors: readonly { message: string; pos: [number, number] }[],
  text: string,
  place: Places,
): Problem[] {
  const byLine = new Map<number, Problem>();
  for (const { message, pos } of errors.slice(0, MAX_SYNTAX_PROBLEMS)) {
    const at = place(pos[0]);
    const isAftermath = byLine.size > 0 && message.includes('token in YAML stream');
    if (isAftermath || byLine.has(at.line)) continue;
    byLine.set(at.line, problem('CONFIG_SYNTAX', sentence(message), { at, fix: syntaxFix(text, pos[0]) }));
  }
  return [...byLine.values()];
}

/** Between braces and brackets a bare `${NAME}` ends at its own brace. */
const syntaxFix = (text: string, offset: number): string =>
  text.startsWith('${', offset - 1)
    ? 'Put the variable in quotes, as in "${NAME}".'
    : 'Mend the YAML there; look at the indentation and the quotes.';

export const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);
