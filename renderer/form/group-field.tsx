/** Fields that hold others: a group, a list, a map of names to texts, a set of words. */
import { useId } from 'react';
import { Plus, Trash2 } from 'lucide-react';
import { Button, IconButton } from '../parts/button.tsx';
import { useField, useTyped } from './form-context.tsx';
import type { FieldProps, HolderProps } from './form-context.tsx';
import { isTree, textOf } from './value.ts';
import type { ReactNode } from 'react';
import type { ConfigPath } from '../../shared/problem.ts';
import type { FieldOf, Json } from './spec.ts';

/** Groups that are off unless they are written. */
const SWITCHED = new Set(['sticky']);

function Frame({ field, error, children }: { field: FieldOf; error: string | undefined; children: ReactNode }) {
  const id = useId();
  const note = error ?? field.help;
  return (
    <fieldset className={`field-group ${error === undefined ? '' : 'field-bad'}`} aria-describedby={note && id}>
      <legend>
        {field.label}
        {field.written !== undefined && <code aria-hidden>{field.written}</code>}
      </legend>
      {note !== undefined && (
        <p id={id} className={error === undefined ? 'field-hint' : 'field-error'}>
          {note}
        </p>
      )}
      {children}
    </fieldset>
  );
}

export function GroupField({ field, path, View }: HolderProps) {
  const { error } = useField(path);
  if (field.spec.kind !== 'group') return null;
  const fields = field.spec.fields;
  if (SWITCHED.has(field.key)) return <SwitchedGroup View={View} field={field} path={path} fields={fields} />;
  return (
    <Frame field={field} error={error}>
      <div className="field-inner">
        {fields.map((inner) => (
          <View key={inner.key} field={inner} path={[...path, inner.key]} />
        ))}
      </div>
    </Frame>
  );
}

function SwitchedGroup({ field, path, View, fields }: HolderProps & { fields: readonly FieldOf[] }) {
  const { value, set } = useField(path);
  const id = useId();
  const isOn = isTree(value);
  const start = Object.fromEntries(fields.map(({ key, byDefault }) => [key, byDefault ?? '']));
  return (
    <div className="field-stack">
      <div className="field field-check">
        <label htmlFor={id}>{field.label}</label>
        <input
          id={id}
          type="checkbox"
          checked={isOn}
          aria-describedby={`${id}-note`}
          onChange={(event) => set(event.target.checked ? start : undefined)}
        />
        <p id={`${id}-note`} className="field-hint">
          {field.help}
        </p>
      </div>
      {isOn && (
        <div className="field-inner">
          {fields.map((inner) => (
            <View key={inner.key} field={inner} path={[...path, inner.key]} />
          ))}
        </div>
      )}
    </div>
  );
}

type Rows = readonly (readonly [string, string])[];

const rowsOf = (value: Json | undefined): Rows =>
  isTree(value) ? Object.entries(value).map(([name, text]) => [name, textOf(text)] as const) : [];

function recordOf(rows: Rows): Json | undefined {
  const named = rows.filter(([name]) => name.trim() !== '').map(([name, text]) => [name.trim(), text] as const);
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

/** Names and their texts, in rows. */
export function RecordField({ field, path }: FieldProps) {
  const { value, error, set, leave } = useField(path);
  const [rows, type] = useTyped<Rows>(value, set, { show: rowsOf, read: recordOf });
  const change = (at: number, row: readonly [string, string]): void =>
    type(rows.map((old, index) => (index === at ? row : old)));
  return (
    <Frame field={field} error={error}>
      {rows.map(([name, text], index) => (
        <div key={index} className="record-row">
          <input
            type="text"
            className="mono"
            aria-label={`${field.label}, name ${index + 1}`}
            placeholder="name"
            spellCheck={false}
            value={name}
            onChange={(event) => change(index, [event.target.value, text])}
            onBlur={leave}
          />
          <input
            type="text"
            className="mono"
            aria-label={`${field.label}, value ${index + 1}`}
            placeholder="value"
            spellCheck={false}
            value={text}
            onChange={(event) => change(index, [name, event.target.value])}
            onBlur={leave}
          />
          <IconButton
            label={`Remove ${name || `row ${index + 1}`}`}
            icon={<Trash2 size={14} aria-hidden />}
            onClick={() => type(rows.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <AddButton to={field.label} onClick={() => type([...rows, ['', '']])} />
      <RecordErrors path={path} names={rows.map(([name]) => name)} />
    </Frame>
  );
}

function AddButton({ to, onClick }: { to: string; onClick: () => void }) {
  return (
    <Button look="quiet" aria-label={`Add to ${to.toLowerCase()}`} onClick={onClick}>
      <Plus size={14} aria-hidden /> Add
    </Button>
  );
}

/** What is wrong with single entries of a map. */
function RecordErrors({ path, names }: { path: ConfigPath; names: readonly string[] }) {
  return (
    <>
      {names.map((name, index) => (
        <RecordError key={index} path={[...path, name]} />
      ))}
    </>
  );
}

function RecordError({ path }: { path: ConfigPath }) {
  const { error } = useField(path);
  return error === undefined ? null : (
    <p className="field-error" role="alert">
      {error}
    </p>
  );
}

export function ListField({ field, path, View }: HolderProps) {
  const { value, error, set } = useField(path);
  if (field.spec.kind !== 'list') return null;
  const spec = field.spec.item();
  const items = Array.isArray(value) ? value : [];
  const add = (): void => set([...items, spec.kind === 'group' ? {} : '']);
  return (
    <Frame field={field} error={error}>
      {items.map((_item, index) => (
        <div key={index} className="list-row">
          <View
            field={{
              ...field,
              key: String(index),
              label: `${field.label} ${index + 1}`,
              written: undefined,
              help: undefined,
              spec,
            }}
            path={[...path, index]}
          />
          <IconButton
            label={`Remove ${field.label.toLowerCase()} ${index + 1}`}
            icon={<Trash2 size={14} aria-hidden />}
            onClick={() => set(items.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <AddButton to={field.label} onClick={add} />
    </Frame>
  );
}

/** A list that may hold only certain words: a tick for each, in the order they are ticked. */
export function WordChecks({ field, path }: FieldProps) {
  const { value, error, set } = useField(path);
  const options = field.spec.kind === 'words' ? (field.spec.options ?? []) : [];
  const held = Array.isArray(value) ? value : [];
  const toggle = (word: string, on: boolean): void => {
    const next = on ? [...held, word] : held.filter((each) => each !== word);
    set(next.length === 0 ? undefined : next);
  };
  return (
    <Frame field={field} error={error}>
      <div className="word-checks">
        {options.map((word) => (
          <label key={word}>
            <input
              type="checkbox"
              checked={held.includes(word)}
              onChange={(event) => toggle(word, event.target.checked)}
            />
            <span className="mono">{word}</span>
          </label>
        ))}
      </div>
    </Frame>
  );
}
