/** Brings the suggestions and docs of the schema into the editor: completion list, and a note under the pointer. */
import { autocompletion, pickedCompletion, startCompletion } from '@codemirror/autocomplete';
import { hoverTooltip } from '@codemirror/view';
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { explainAt } from '../assist/explain.ts';
import { suggestAt } from '../assist/suggest.ts';
import type { Format } from '../assist/place.ts';
import type { Suggestion } from '../assist/suggest.ts';
import type { ConfigSchemas } from '../../../../shared/protocol.ts';

/** The schemas arrive after the editor is there. */
export type SchemasNow = () => ConfigSchemas | undefined;

export function assist(format: Format, schemas: SchemasNow): Extension {
  return [
    autocompletion({
      override: [(context) => complete(context, format, schemas())],
      icons: false,
      maxRenderedOptions: 60,
    }),
    hoverTooltip((view, pos) => hover(view, pos, schemas())),
  ];
}

function complete(
  context: CompletionContext,
  format: Format,
  schemas: ConfigSchemas | undefined,
): CompletionResult | null {
  const text = context.state.doc.toString();
  const found = schemas && suggestAt(text, context.pos, format, schemas);
  if (!found) return null;
  const isBlank = found.from === context.pos;
  // On a blank line the list comes when it is asked for, not with each space.
  if (isBlank && !context.explicit && /^\s*$/.test(context.state.doc.lineAt(context.pos).text)) return null;
  const quote = /^["']/.exec(text.slice(found.from, found.to))?.[0] ?? '';
  const options = found.list.map((item, index) => optionOf(item, quote, index, found.to - context.pos));
  return { from: found.from, options, validFor: /^["']?[\w./:-]*$/ };
}

/** @param after characters behind the cursor that belong to the word */
function optionOf(item: Suggestion, quote: string, index: number, after: number): Completion {
  return {
    label: quote + item.label,
    displayLabel: item.label,
    detail: item.detail,
    boost: -index / 10, // the order of the schema, where the letters match alike
    ...(item.docs === '' ? {} : { info: () => note(undefined, '', item.docs) }),
    apply(view, completion, from, to) {
      view.dispatch({
        changes: { from, to: to + after, insert: item.insert },
        selection: { anchor: from + item.caret },
        scrollIntoView: true,
        userEvent: 'input.complete',
        annotations: pickedCompletion.of(completion),
      });
      if (item.more) startCompletion(view);
    },
  };
}

function hover(view: EditorView, pos: number, schemas: ConfigSchemas | undefined) {
  const found = schemas && explainAt(view.state.doc.toString(), pos, schemas);
  if (!found) return null;
  const { from, to, key, type, docs } = found;
  return { pos: from, end: to, above: true, create: () => ({ dom: note(key, type, docs) }) };
}

/** Text only: descriptions come from middlewares of anyone's making. */
function note(key: string | undefined, type: string, docs: string): HTMLElement {
  const box = document.createElement('div');
  box.className = key === undefined ? '' : 'code-docs';
  if (key !== undefined) {
    const head = box.appendChild(document.createElement('div'));
    head.className = 'code-docs-head';
    head.appendChild(document.createElement('b')).textContent = key;
    head.appendChild(document.createElement('span')).textContent = type;
  }
  if (docs !== '') box.appendChild(document.createElement('div')).textContent = docs;
  return box;
}
