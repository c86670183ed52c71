/** What is wrong with a draft by its own schema, before the engine is asked. */
import { checkFields, checkValue } from '../form/check.ts';
import { fieldsOf } from '../form/spec.ts';
import { isTree, pathKey } from '../form/value.ts';
import { entryFields, isOfChoice } from './entry-form.ts';
import { schemaStore } from './schemas.ts';
import { entryOf, isNew, kindOf } from './draft-state.ts';
import type { Draft } from './draft-state.ts';
import type { Json } from '../form/spec.ts';

/** By `pathKey`, from the entry on. */
export function checkEntry(draft: Draft): Record<string, string> {
  const kind = kindOf(draft.target);
  const entry = entryOf(draft, draft.value);
  if (kind === 'middleware') return checkMiddleware(entry);
  const shown = isNew(draft.target) && kind === 'site' ? { ...entry, url: draft.value['url'] } : entry;
  const fields = entryFields(kind).filter(({ key }) => kind !== 'route' || isOfChoice(key, draft.choice));
  const errors = checkFields(fields, shown);
  const missing = missingAddress(draft, entry);
  if (missing && !errors[missing.key]) errors[missing.key] = missing.message;
  const name = pathKey(['name']);
  if (kind === 'site' && errors[name]) errors[name] = 'Give a name, as in shop.test.';
  return errors;
}

/** The one field that an entry cannot do without, where it is empty. */
function missingAddress(
  { target, choice, initial }: Draft,
  entry: Record<string, unknown>,
): { key: string; message: string } | undefined {
  const kind = kindOf(target);
  if (kind === 'route' && choice !== 'pool')
    return entry[choice] === undefined
      ? {
          key: pathKey([choice]),
          message: choice === 'static' ? 'Name a folder, as in ./dist.' : 'Say where to, as in /new/{rest}.',
        }
      : undefined;
  const has = ['url', 'host', 'port', 'balance'].some((key) => entry[key] !== undefined);
  if (has || (kind === 'site' && !isNew(target))) return undefined;
  if (kind === 'route' && initial['balance'] !== undefined) return undefined;
  return { key: pathKey(['url']), message: 'Give the address of a dev server, as in http://localhost:5173.' };
}

function checkMiddleware(entry: Record<string, unknown>): Record<string, string> {
  const name = entry['name'];
  if (typeof name !== 'string') return { [pathKey(['name'])]: 'Choose one, or name a module.' };
  const schema = schemaStore.getState().middlewares[name];
  if (!schema?.properties)
    return entry['config'] === undefined ? {} : checkValue({ kind: 'json' }, entry['config'] as Json, ['config']);
  return checkFields(fieldsOf(schema), isTree(entry['config']) ? entry['config'] : {}, ['config']);
}
