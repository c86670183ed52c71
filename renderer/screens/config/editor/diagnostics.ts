/** Problems of the engine as marks in the text. */
import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { Problem } from '../../../../shared/problem.ts';

/** What a mark covers when only its start is known: a quoted text or a word. */
const TOKEN = /^("[^"]*"|'[^']*'|[^\s,\]}#]+)/;

/** The offset of a place, both counted from 1; what lies beyond the text is its end. */
export function offsetOf(doc: Text, { line, column }: { line: number; column: number }): number {
  const found = doc.line(Math.min(Math.max(1, line), doc.lines));
  return Math.min(found.from + Math.max(0, column - 1), found.to);
}

export function toDiagnostics(doc: Text, problems: readonly Problem[]): Diagnostic[] {
  return problems.map((problem) => {
    const from = offsetOf(doc, problem.at ?? { line: 1, column: 1 });
    const line = doc.lineAt(from);
    const token = TOKEN.exec(line.text.slice(from - line.from))?.[0] ?? '';
    const { severity, message } = problem;
    return { from, to: from + token.replace(/:$/, '').length, severity, message, renderMessage: () => render(problem) };
  });
}

function render({ message, fix, code }: Problem): HTMLElement {
  const box = document.createElement('div');
  box.append(fix === undefined ? message : `${message} ${fix} `);
  const mark = box.appendChild(document.createElement('div'));
  mark.className = 'code-problem-code';
  mark.textContent = code;
  return box;
}
