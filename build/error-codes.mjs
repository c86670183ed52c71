/** `node build/error-codes.mjs`: writes docs/errors.md, every error code with its remedy, from the sources that raise it. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { ROOT, say } from './root.mjs';

export const FILE = 'docs/errors.md';
const FOLDERS = ['shared', 'electron', 'renderer'];
const CODE = /^[A-Z]+(?:_[A-Z0-9]+)+$/;
/** Calls whose first two texts are a code and something else. */
const OTHERS = new Set(['TransportError']);

/** @typedef {{ code: string, message: string, fix: string, isWarning: boolean, status?: string }} Entry */

/** The document, from the sources as they are. @returns {Promise<string>} */
export async function errorDocument() {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `${folder}/${name}`),
  ).sort();
  const entries = files.flatMap(entriesOf);
  const text = render(entries);
  const { format, resolveConfig } = await import('prettier');
  return format(text, { ...(await resolveConfig(`${ROOT}/${FILE}`)), parser: 'markdown' });
}

/** @param {string} file @returns {Entry[]} */
function entriesOf(file) {
  const source = ts.createSourceFile(file, readFileSync(`${ROOT}/${file}`, 'utf8'), ts.ScriptTarget.Latest, true);
  /** @type {Entry[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    const entry = ts.isCallExpression(node)
      ? fromCall(node)
      : ts.isPropertyAssignment(node)
        ? fromPage(node)
        : undefined;
    if (entry !== undefined) found.push(entry);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `problem('CODE', message, { fix })`, `refuse('CODE', message, fix)`, `refuse(status, 'CODE', message, { fix })`. @param {ts.CallExpression} call @returns {Entry | undefined} */
function fromCall(call) {
  const [head] = call.arguments;
  const status = head !== undefined && ts.isNumericLiteral(head) ? head : undefined;
  const isAnswer = call.expression.getText() === 'refuse' && head !== undefined && !ts.isStringLiteral(head);
  const [first, second, third] = isAnswer ? call.arguments.slice(1) : call.arguments;
  if (first === undefined || second === undefined || !ts.isStringLiteral(first) || !CODE.test(first.text))
    return undefined;
  const name = call.expression.getText();
  if (OTHERS.has(name) || !isText(second)) return undefined;
  const fix = third === undefined ? undefined : ts.isObjectLiteralExpression(third) ? property(third, 'fix') : third;
  return {
    code: first.text,
    message: textOf(second),
    fix: textOf(fix),
    isWarning: name === 'warning',
    ...(status === undefined ? {} : { status: status.text }),
  };
}

/** `CODE: { status, title, fix }` of the pages. @param {ts.PropertyAssignment} node @returns {Entry | undefined} */
function fromPage(node) {
  const value = node.initializer;
  if (!CODE.test(node.name.getText()) || !ts.isObjectLiteralExpression(value)) return undefined;
  const [status, title, fix] = [property(value, 'status'), property(value, 'title'), property(value, 'fix')];
  if (title === undefined || fix === undefined) return undefined;
  return {
    code: node.name.getText(),
    message: `${textOf(title)}.`,
    fix: textOf(fix),
    isWarning: false,
    ...(status === undefined ? {} : { status: status.getText() }),
  };
}

/** @param {ts.ObjectLiteralExpression} object @param {string} name @returns {ts.Expression | undefined} */
function property(object, name) {
  /** @type {ts.Expression | undefined} */
  let found;
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === name) found ??= node.initializer;
    if (ts.isShorthandPropertyAssignment(node) && node.name.text === name) found ??= node.name;
    if (node === object || ts.isSpreadAssignment(node.parent) || found === undefined) ts.forEachChild(node, visit);
  };
  visit(object);
  return found;
}

/** @param {ts.Expression} node */
const isText = (node) => !ts.isNumericLiteral(node) && !ts.isObjectLiteralExpression(node);

/** What a reader sees: what is filled in when it happens stands as `…`. @param {ts.Expression | undefined} node @returns {string} */
function textOf(node) {
  if (node === undefined) return '';
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  if (ts.isConditionalExpression(node)) return joined([textOf(node.whenTrue), textOf(node.whenFalse)]);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return textOf(node.left) + textOf(node.right);
  if (ts.isBinaryExpression(node)) return joined([textOf(node.left), textOf(node.right)]);
  if (ts.isIdentifier(node)) return textOf(constantOf(node));
  if (ts.isElementAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const table = constantOf(node.expression);
    if (table !== undefined && ts.isObjectLiteralExpression(table))
      return joined(table.properties.map((item) => (ts.isPropertyAssignment(item) ? textOf(item.initializer) : '')));
  }
  return '…';
}

/** The `const` of the same file that a name stands for. @param {ts.Identifier} name @returns {ts.Expression | undefined} */
function constantOf(name) {
  /** @type {ts.VariableDeclaration[]} */
  const declared = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === name.text) declared.push(node);
    ts.forEachChild(node, visit);
  };
  visit(name.getSourceFile());
  return (declared.findLast(({ pos }) => pos < name.pos) ?? declared[0])?.initializer;
}

/** @param {string[]} texts */
const joined = (texts) => [...new Set(texts.filter((text) => text !== '' && text !== '…'))].join(' / ');

/** @param {Entry[]} entries */
function render(entries) {
  /** @type {Map<string, Map<string, Entry[]>>} */
  const areas = new Map();
  for (const entry of entries) {
    const area = entry.code.split('_')[0] ?? '';
    const codes = areas.get(area) ?? new Map();
    codes.set(entry.code, [...(codes.get(entry.code) ?? []), entry]);
    areas.set(area, codes);
  }
  const count = [...areas.values()].reduce((sum, codes) => sum + codes.size, 0);
  const parts = [...areas].sort(([a], [b]) => a.localeCompare(b)).map(([area, codes]) => renderArea(area, codes));
  return `<!-- Written by node build/error-codes.mjs from the sources; edit those. -->

# What Mogoly says when something is wrong

Every problem carries one of these ${count} codes, a sentence that says what is wrong and, where there is one, what mends it; problems of the config also carry their line and column. The codes are stable: scripts may rely on them (\`--json\`, the control socket, the \`code\` of an error answer), and never on the sentences. \`…\` stands for what is filled in.

${parts.join('\n')}`;
}

/** @param {string} area @param {Map<string, Entry[]>} codes */
function renderArea(area, codes) {
  const rows = [...codes].sort(([a], [b]) => a.localeCompare(b)).map(([code, all]) => renderCode(code, all));
  return `## ${area}\n\n| code | what is wrong | what mends it |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** @param {string} code @param {Entry[]} all */
function renderCode(code, all) {
  const status = all.find((entry) => entry.status !== undefined)?.status;
  const note = status === undefined ? (all.every(({ isWarning }) => isWarning) ? ' (warning)' : '') : ` (${status})`;
  const cell = (/** @type {string[]} */ texts) => joined(texts).replaceAll('|', '\\|').replaceAll('\n', ' ');
  return `| \`${code}\`${note} | ${cell(all.map(({ message }) => message))} | ${cell(all.map(({ fix }) => fix))} |`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(`${ROOT}/${FILE}`, await errorDocument());
  say(`wrote ${FILE}`);
}
