/** Fields that are chosen: a tick, one of several words, one of several shapes. */
import { FieldFrame } from './field-frame.tsx';
import { useField } from './form-context.tsx';
import type { FieldProps, HolderProps } from './form-context.tsx';
import { variantOf } from './check.ts';
import { defaultInHelp, defaultText, optionLabel } from './words.ts';
import type { FieldOf, FieldSpec, Json, Variant } from './spec.ts';

/** A tick writes only what differs from the default; without a default there is a third state, nothing written. */
export function CheckField({ field, path }: FieldProps) {
  const { value, error, set } = useField(path);
  if (field.byDefault === undefined) return <YesNoField field={field} path={path} />;
  const byDefault = field.byDefault === true;
  return (
    <FieldFrame label={field.label} written={field.written} kind="check" help={field.help} error={error}>
      {(control) => (
        <input
          {...control}
          name={field.key}
          type="checkbox"
          checked={typeof value === 'boolean' ? value : byDefault}
          onChange={(event) => set(event.target.checked === byDefault ? undefined : event.target.checked)}
        />
      )}
    </FieldFrame>
  );
}

function YesNoField({ field, path }: FieldProps) {
  const { value, error, set } = useField(path);
  const shown = value === undefined ? '' : String(value as boolean);
  return (
    <FieldFrame label={field.label} written={field.written} kind="choice" help={field.help} error={error}>
      {(control) => (
        <select
          {...control}
          name={field.key}
          value={shown}
          onChange={(event) => set(event.target.value === '' ? undefined : event.target.value === 'true')}
        >
          <option value="">Not said</option>
          <option value="true">Yes</option>
          <option value="false">No</option>
        </select>
      )}
    </FieldFrame>
  );
}

export function ChoiceField({ field, path }: FieldProps) {
  const { value, error, set } = useField(path);
  const options = field.spec.kind === 'choice' ? field.spec.options : [];
  const written = value === undefined ? '' : String(value as string | number);
  const isStrange = written !== '' && !options.some((option) => String(option) === written);
  return (
    <FieldFrame label={field.label} written={field.written} kind="choice" help={field.help} error={error}>
      {(control) => (
        <select
          {...control}
          name={field.key}
          value={written}
          onChange={(event) => set(options.find((option) => String(option) === event.target.value))}
        >
          {!field.required && <option value="">{nothing(field)}</option>}
          {isStrange && <option value={written}>{written}</option>}
          {options.map((option) => (
            <option key={option} value={String(option)}>
              {optionLabel(option)}
            </option>
          ))}
        </select>
      )}
    </FieldFrame>
  );
}

function nothing({ byDefault, help }: FieldOf): string {
  const word = defaultText(byDefault) ?? defaultInHelp(help);
  return word === undefined ? 'Default' : `Default: ${optionLabel(word)}`;
}

type VariantsSpec = Extract<FieldSpec, { kind: 'variants' }>;

export function VariantsField({ field, path, View }: HolderProps) {
  const { value, error, set } = useField(path);
  const spec = field.spec as VariantsSpec;
  const variant = value === undefined ? undefined : variantOf(spec, value);
  const choose = (label: string): void => {
    const next = spec.variants.find((each) => each.label === label);
    set(next && startOf(next));
  };
  return (
    <div className="field-stack">
      <FieldFrame label={field.label} written={field.written} kind="choice" help={field.help} error={error}>
        {(control) => (
          <select
            {...control}
            name={field.key}
            value={variant?.label ?? ''}
            onChange={(event) => choose(event.target.value)}
          >
            <option value="">{nothing(field)}</option>
            {spec.variants.map(({ label }) => (
              <option key={label} value={label}>
                {optionLabel(label)}
              </option>
            ))}
          </select>
        )}
      </FieldFrame>
      {variant?.spec && <VariantFields View={View} field={field} path={path} spec={variant.spec} />}
    </div>
  );
}

function VariantFields({ field, path, View, spec }: HolderProps & { spec: FieldSpec }) {
  if (spec.kind !== 'group') return <View field={{ ...field, spec, help: undefined }} path={path} />;
  return (
    <div className="field-inner">
      {spec.fields.map((inner) => (
        <View key={inner.key} field={inner} path={[...path, inner.key]} />
      ))}
    </div>
  );
}

/** What is written when a shape is chosen; its required texts wait to be filled in. */
function startOf({ is, tag, spec }: Variant): Json {
  if (is !== undefined) return is;
  if (spec?.kind === 'words' || spec?.kind === 'list') return [];
  if (spec?.kind !== 'group') return '';
  const required = spec.fields.filter((field) => field.required).map(({ key }) => [key, ''] as const);
  return { ...(tag ? { [tag.key]: tag.value } : {}), ...Object.fromEntries(required) };
}
