/** The form of a service, beside the detail: what it is, what is asked first, the rest in groups that open. */
import { useStore } from 'zustand';
import { PasswordField } from './password-field.tsx';
import { TypePicker } from './type-picker.tsx';
import { FieldView } from '../../form/field-view.tsx';
import { Fold } from '../../form/fold.tsx';
import { FormContext } from '../../form/form-context.tsx';
import { FormPanel } from '../../form/form-panel.tsx';
import { isTree, pathKey } from '../../form/value.ts';
import { firstFields, nameFor, restGroups } from '../../store/service-fields.ts';
import type { ServiceGroup } from '../../store/service-fields.ts';
import {
  closeServiceForm,
  leaveServiceField,
  sendService,
  serviceForm,
  setServiceValue,
  takenNames,
} from '../../store/service-form.ts';
import type { ServiceForm } from '../../store/service-form.ts';
import { valueAt } from '../../../shared/value-at.ts';
import type { ServicesReport } from '../../../shared/service.ts';

export function ServiceFormPanel({ report }: { report: ServicesReport }) {
  const form = useStore(serviceForm, (state) => state.form);
  if (!form) return null;
  return <OpenForm form={form} report={report} />;
}

function OpenForm({ form, report }: { form: ServiceForm; report: ServicesReport }) {
  const isNew = form.entry === undefined;
  return (
    <FormPanel
      title={isNew ? 'New service' : `Change ${String(form.value['name'])}`}
      problems={form.problems}
      isReady
      send={{ word: form.isSending ? 'Sending…' : isNew ? 'Create' : 'Apply', isOff: form.isSending }}
      onSend={sendService}
      onClose={closeServiceForm}
    >
      {isNew && <TypePicker chosen={form.type} catalogue={report.catalogue} />}
      <Fields form={form} report={report} />
      {!isNew && (
        <p className="field-hint">
          This changes the config. Its container stays as it is until you recreate it, which is asked first.
        </p>
      )}
    </FormPanel>
  );
}

function Fields({ form, report }: { form: ServiceForm; report: ServicesReport }) {
  const entry = report.catalogue.find(({ type }) => type === form.type);
  if (!entry) return null;
  const name = nameFor(form.type, form.value, takenNames(form));
  const fallback = nameFor(form.type, { image: form.value['image'] ?? null }, takenNames(form));
  const api = { value: form.value, errors: form.errors, set: setServiceValue, leave: leaveServiceField };
  return (
    <FormContext.Provider value={api}>
      <div className="fields">
        {firstFields(entry, fallback, form.entry === undefined).map(({ field, path }) => (
          <FieldView key={field.key} field={field} path={path} />
        ))}
      </div>
      <div className="groups">
        {restGroups(entry, name).map((group) => (
          <Group key={group.title} group={group} form={form} />
        ))}
      </div>
    </FormContext.Provider>
  );
}

function Group({ group, form }: { group: ServiceGroup; form: ServiceForm }) {
  const set = group.fields.filter(({ path }) => isSet(valueAt(form.value, path))).length;
  return (
    <Fold
      name={`service ${group.title}`}
      title={group.title}
      note={set > 0 && `${set} set`}
      mustOpen={group.fields.some(({ path }) => isAnyUnder(form.errors, path))}
    >
      {group.fields.map(({ field, path }) =>
        field.key === 'password' ? (
          <PasswordField key={field.key} field={field} path={path} />
        ) : (
          <FieldView key={field.key} field={field} path={path} />
        ),
      )}
    </Fold>
  );
}

const isSet = (value: unknown): boolean => value !== undefined && !(isTree(value) && Object.keys(value).length === 0);

const isAnyUnder = (errors: ServiceForm['errors'], path: ServiceGroup['fields'][number]['path']): boolean =>
  Object.keys(errors).some((key) => key.startsWith(pathKey(path).slice(0, -1)));
