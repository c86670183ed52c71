/** The form of a middleware: which one, and its config by its own schema. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { Failed, Loading } from '../../parts/states.tsx';
import { FieldFrame } from '../../form/field-frame.tsx';
import { FieldView } from '../../form/field-view.tsx';
import { TextField } from '../../form/text-field.tsx';
import { useField } from '../../form/form-context.tsx';
import { fieldsOf } from '../../form/spec.ts';
import { setDraftValue } from '../../store/draft.ts';
import { loadSchemas, schemaStore } from '../../store/schemas.ts';
import type { Draft } from '../../store/draft.ts';
import type { FieldOf } from '../../form/spec.ts';

export function MiddlewareFields({ draft }: { draft: Draft }) {
  const { phase, problems, middlewares } = useStore(schemaStore);
  useEffect(() => void loadSchemas(), []);
  if (phase === 'failed') return <Failed problems={problems} onRetry={() => void loadSchemas()} />;
  if (phase !== 'ready') return <Loading what="Reading what there is" />;
  const written = draft.value['name'];
  const name = typeof written === 'string' ? written : '';
  return (
    <div className="fields">
      <NameField names={Object.keys(middlewares)} />
      <ConfigFields name={name} />
    </div>
  );
}

const MODULE = './';

function NameField({ names }: { names: readonly string[] }) {
  const { value, error } = useField(['name']);
  const { middlewares } = useStore(schemaStore);
  const name = typeof value === 'string' ? value : '';
  const isModule = name !== '' && !names.includes(name);
  const choose = (next: string): void => {
    setDraftValue(['config'], undefined);
    setDraftValue(['name'], next === '' ? undefined : next);
  };
  return (
    <>
      <FieldFrame
        label="Middleware"
        written={name === '' || isModule || middlewares[name]?.title === undefined ? undefined : name}
        kind="choice"
        help={middlewares[name]?.description ?? (isModule ? undefined : 'One step of the chain around the backend.')}
        error={isModule ? undefined : error}
      >
        {(control) => (
          <select {...control} value={isModule ? MODULE : name} onChange={(event) => choose(event.target.value)}>
            {name === '' && <option value="">Choose one</option>}
            {names.map((each) => (
              <option key={each} value={each}>
                {middlewares[each]?.title ?? each}
              </option>
            ))}
            <option value={MODULE}>A module of your own</option>
          </select>
        )}
      </FieldFrame>
      {isModule && <TextField field={MODULE_FIELD} path={['name']} />}
    </>
  );
}

const MODULE_FIELD: FieldOf = {
  key: 'module',
  label: 'Module',
  help: 'Its path, as in ./mw.mjs, from the folder of the config; it exports a factory.',
  required: true,
  byDefault: undefined,
  spec: { kind: 'text', numeric: false },
};

function ConfigFields({ name }: { name: string }) {
  const { middlewares } = useStore(schemaStore);
  const { error } = useField(['config']);
  const schema = middlewares[name];
  if (name === '') return null;
  if (!schema?.properties)
    return (
      <FieldView
        key={name}
        path={['config']}
        field={{
          key: 'config',
          label: 'Config',
          help: 'As JSON; what the module takes is for it to say.',
          required: false,
          byDefault: undefined,
          spec: { kind: 'json' },
        }}
      />
    );
  return (
    <>
      {error !== undefined && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
      {fieldsOf(schema).map((field) => (
        <FieldView key={`${name} ${field.key}`} field={field} path={['config', field.key]} />
      ))}
    </>
  );
}
