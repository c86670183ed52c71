/** A line that is shown without its password and copied with it: whoever copies it asks for it. */
import { CopyRow } from '../../parts/copy-line.tsx';
import { copyText } from '../../store/changes.ts';
import { showToast } from '../../store/toasts.ts';

interface CopySecretProps {
  shown: string;
  label: string;
  /** What is copied holds a password. */
  hasSecret: boolean;
  /** What is copied; undefined where it could not be had, which was told. */
  read: () => Promise<string | undefined>;
}

export function CopySecret({ shown, label, hasSecret, read }: CopySecretProps) {
  const copy = async (): Promise<boolean> => {
    const text = await read();
    if (text === undefined || !(await copyText(text))) return false;
    const what = label.charAt(0).toUpperCase() + label.slice(1);
    if (hasSecret) showToast({ kind: 'note', message: `${what} copied, with the password.` });
    return true;
  };
  return <CopyRow shown={shown} label={`Copy the ${label}`} copy={copy} />;
}
