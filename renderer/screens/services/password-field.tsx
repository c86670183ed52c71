/** A password as it is typed: dots, unless it is asked for. */
import { useState } from 'react';
import { Eye, EyeOff } from 'lucide-react';
import { FieldFrame } from '../../form/field-frame.tsx';
import { useField } from '../../form/form-context.tsx';
import type { FieldProps } from '../../form/form-context.tsx';
import { textOf } from '../../form/value.ts';
import { defaultText } from '../../form/words.ts';
import { IconButton } from '../../parts/button.tsx';

export function PasswordField({ field, path }: FieldProps) {
  const { value, error, set, leave } = useField(path);
  const [isShown, setShown] = useState(false);
  return (
    <FieldFrame label={field.label} kind="password" help={field.help} error={error}>
      {(control) => (
        <div className="password">
          <input
            {...control}
            type={isShown ? 'text' : 'password'}
            className="mono"
            name={field.key}
            placeholder={defaultText(field.byDefault)}
            autoComplete="new-password"
            spellCheck={false}
            value={textOf(value)}
            onChange={(event) => set(event.target.value === '' ? undefined : event.target.value)}
            onBlur={leave}
          />
          <IconButton
            label={isShown ? 'Hide what is typed' : 'Show what is typed'}
            icon={isShown ? <EyeOff size={14} aria-hidden /> : <Eye size={14} aria-hidden />}
            onClick={() => setShown(!isShown)}
          />
        </div>
      )}
    </FieldFrame>
  );
}
