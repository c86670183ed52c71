/** One field of a form, by what its schema says it holds. */
import { CheckField, ChoiceField, VariantsField } from './choice-field.tsx';
import { GroupField, ListField, RecordField, WordChecks } from './group-field.tsx';
import { TextField } from './text-field.tsx';
import type { ConfigPath } from '../../shared/problem.ts';
import type { FieldOf } from './spec.ts';

export function FieldView({ field, path }: { field: FieldOf; path: ConfigPath }) {
  switch (field.spec.kind) {
    case 'check':
      return <CheckField field={field} path={path} />;
    case 'choice':
      return <ChoiceField field={field} path={path} />;
    case 'variants':
      return <VariantsField View={FieldView} field={field} path={path} />;
    case 'group':
      return <GroupField View={FieldView} field={field} path={path} />;
    case 'record':
      return <RecordField field={field} path={path} />;
    case 'list':
      return <ListField View={FieldView} field={field} path={path} />;
    case 'words':
      return field.spec.options ? <WordChecks field={field} path={path} /> : <TextField field={field} path={path} />;
    default:
      return <TextField field={field} path={path} />;
  }
}
