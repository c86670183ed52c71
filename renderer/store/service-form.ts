/** The form of a service being made or changed: what is typed, what is wrong with it, and sending it. */
import { createStore } from 'zustand/vanilla';
import { bridge } from '../bridge.ts';
import { isTree, listAt, sameJson, withValue } from '../form/value.ts';
import { applyChange } from './changes.ts';
import { liveStore } from './live.ts';
import { checkService, finishService, nameFor, placeAt, valueFrom } from './service-fields.ts';
import { createService } from './service-create.ts';
import { servicesOf, servicesStore } from './services.ts';
import { showProblems } from './toasts.ts';
import { setView } from './view.ts';
import { serviceType } from '../../shared/service-config.ts';
import type { ConfigPath, Problem } from '../../shared/problem.ts';
import type { Edit } from '../../shared/protocol.ts';
import type { ServiceType } from '../../shared/service-config.ts';
import type { FieldErrors } from '../form/check.ts';
import type { Json } from '../form/spec.ts';
import type { Tree } from '../form/value.ts';

export interface ServiceForm {
  type: ServiceType;
  value: Tree;
  errors: FieldErrors;
  /** Those that speak of no field. */
  problems: readonly Problem[];
  isSending: boolean;
  /** Of an entry of the config that is changed: where it stands, as it was read, and on which revision. */
  entry?: { index: number; initial: Tree; revision: number };
}

export const serviceForm = createStore<{ form: ServiceForm | undefined }>(() => ({ form: undefined }));

const patch = (change: Partial<ServiceForm>): void => {
  const { form } = serviceForm.getState();
  if (form) serviceForm.setState({ form: { ...form, ...change } });
};

export function openServiceForm(start: { type?: ServiceType; value?: Tree } = {}): void {
  const { type = 'postgresql', value = {} } = start;
  setView({ screen: 'services' });
  serviceForm.setState({ form: { type, value: valueFrom(value), errors: {}, problems: [], isSending: false } });
}

/** The entry of the config that a service has. */
export async function editService(name: string): Promise<void> {
  const answer = await bridge.call('config.get', {});
  if (!answer.ok) return showProblems(answer.problems);
  const entries = listAt(answer.value.value, ['services']);
  const index = entries.findIndex((entry) => isTree(entry) && entry['name'] === name);
  const found = entries[index];
  if (!isTree(found)) return setView({ screen: 'config' }); // written in a way that only the editor knows
  const { type, ...value } = found;
  serviceForm.setState({
    form: {
      type: serviceType(typeof type === 'string' ? type : undefined) ?? 'custom',
      value: valueFrom(value),
      errors: {},
      problems: [],
      isSending: false,
      entry: { index, initial: found, revision: answer.value.revision },
    },
  });
}

export const closeServiceForm = (): void => serviceForm.setState({ form: undefined });

/** What the other type does not know is dropped. */
export function setServiceType(type: ServiceType): void {
  const { form } = serviceForm.getState();
  const entry = servicesStore.getState().report?.catalogue.find((each) => each.type === type);
  if (!form || !entry) return;
  const { username, database_name, password, ...value } = form.value;
  const kept: Record<string, Json | undefined> = {
    username: entry.hasUser ? username : undefined,
    database_name: entry.hasDatabase ? database_name : undefined,
    password: type === 'custom' ? undefined : password,
  };
  for (const [key, held] of Object.entries(kept)) if (held !== undefined) value[key] = held;
  patch({ type, value, errors: {}, problems: [] });
}

export function setServiceValue(path: ConfigPath, value: Json | undefined): void {
  const { form } = serviceForm.getState();
  if (!form) return;
  const prefix = JSON.stringify(path).slice(0, -1);
  const errors = Object.fromEntries(Object.entries(form.errors).filter(([key]) => !key.startsWith(prefix)));
  patch({ value: withValue(form.value, path, value), errors });
}

/** An empty field is not scolded before it is sent. */
export function leaveServiceField(path: ConfigPath): void {
  const { form } = serviceForm.getState();
  if (!form) return;
  const key = JSON.stringify(path);
  const message = errorsOf(form)[key];
  if (message !== undefined && message !== 'Fill this in.') patch({ errors: { ...form.errors, [key]: message } });
}

/** Names there are, but for that of the entry itself. */
export const takenNames = (form: Pick<ServiceForm, 'entry'>): readonly string[] =>
  form.entry ? [] : servicesOf(servicesStore.getState()).map(({ name }) => name);

const errorsOf = (form: ServiceForm): FieldErrors => checkService(form.type, form.value, takenNames(form));

/** True when it was taken; else the form says why, at its fields. */
export async function sendService(): Promise<boolean> {
  const { form } = serviceForm.getState();
  if (!form || form.isSending) return false;
  const errors = errorsOf(form);
  if (Object.keys(errors).length > 0) {
    patch({ errors, problems: [] });
    return false;
  }
  patch({ isSending: true, problems: [] });
  const result = form.entry ? await saveEntry(form, form.entry) : await makeService(form);
  if (result === undefined) {
    closeServiceForm();
    return true;
  }
  patch({ isSending: false, ...placed(result, form.entry?.index) });
  return false;
}

async function makeService({ type, value }: ServiceForm): Promise<readonly Problem[] | undefined> {
  const name = nameFor(type, value, takenNames({}));
  const answer = await createService(finishService(type, { ...value, name }));
  return answer.ok ? undefined : answer.problems;
}

async function saveEntry(
  { type, value }: ServiceForm,
  { index, initial, revision }: NonNullable<ServiceForm['entry']>,
): Promise<readonly Problem[] | undefined> {
  const next = JSON.parse(JSON.stringify(finishService(type, value))) as Tree;
  const keys = new Set([...Object.keys(initial), ...Object.keys(next)].filter((key) => key !== 'type'));
  const edits = [...keys]
    .filter((key) => !sameJson(initial[key], next[key]))
    .map((key): Edit => {
      const path = ['services', index, key];
      const after = next[key];
      return after === undefined ? { op: 'remove', path } : { op: 'set', path, value: after };
    });
  if (edits.length === 0) return undefined;
  const name = typeof initial['name'] === 'string' ? initial['name'] : '';
  const base = revision || liveStore.getState().snapshot?.revision;
  const done = `${name} is changed in the config.`;
  const answer = await applyChange({ name: 'config.edit', request: { edits } }, done, base);
  return answer.ok ? undefined : answer.problems;
}

function placed(problems: readonly Problem[], index: number | undefined): Pick<ServiceForm, 'errors' | 'problems'> {
  const errors: Record<string, string> = {};
  const rest: Problem[] = [];
  for (const item of problems) {
    const key = item.path && placeAt(item.path, index);
    if (key !== undefined && errors[key] === undefined)
      errors[key] = item.fix === undefined ? item.message : `${item.message} ${item.fix}`;
    else rest.push(item);
  }
  return { errors, problems: rest };
}
