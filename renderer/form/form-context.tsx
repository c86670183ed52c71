/** What the fields of one form share: the value they change, and what is said of it. */
import { createContext, useContext, useState } from 'react';
import { valueAt } from '../../shared/value-at.ts';
import { pathKey, sameJson } from './value.ts';
import type { ComponentType } from 'react';
import type { ConfigPath } from '../../shared/problem.ts';
import type { FieldErrors } from './check.ts';
import type { FieldOf, Json } from './spec.ts';

export interface FormApi {
  value: unknown;
  errors: FieldErrors;
  set: (path: ConfigPath, value: Json | undefined) => void;
  /** The field lost the focus. */
  leave: (path: ConfigPath) => void;
}

/** Handed to fields that hold others. */
export type FieldViewType = ComponentType<{ field: FieldOf; path: ConfigPath }>;

export interface FieldProps {
  field: FieldOf;
  path: ConfigPath;
}

export interface HolderProps extends FieldProps {
  View: FieldViewType;
}

export const FormContext = createContext<FormApi | undefined>(undefined);

export interface FieldApi {
  value: Json | undefined;
  error: string | undefined;
  set: (value: Json | undefined) => void;
  leave: () => void;
}

export function useField(path: ConfigPath): FieldApi {
  const form = useContext(FormContext);
  if (!form) throw new Error('a field stands outside of a form');
  return {
    value: valueAt(form.value, path) as Json | undefined,
    error: form.errors[pathKey(path)],
    set: (value) => form.set(path, value),
    leave: () => form.leave(path),
  };
}

/** Text as it is typed, which stays while it means the same value; a value that changed elsewhere is shown anew. */
export function useTyped<T>(
  value: Json | undefined,
  set: (value: Json | undefined) => void,
  { show, read }: { show: (value: Json | undefined) => T; read: (typed: T) => Json | undefined },
): [T, (typed: T) => void] {
  const [typed, setTyped] = useState<T>(() => show(value));
  const shown = sameJson(read(typed), value) ? typed : show(value);
  return [
    shown,
    (next) => {
      setTyped(() => next);
      set(read(next));
    },
  ];
}
