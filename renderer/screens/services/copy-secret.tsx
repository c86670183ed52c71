/** A line that is shown without its password and copied with it: whoever copies it asks for it. */
import { useEffect, useState } from 'react';
import { Check, Copy } from 'lucide-react';
import { IconButton } from '../../parts/button.tsx';
import { copyText } from '../../store/changes.ts';
import { showToast } from '../../store/toasts.ts';
import '../../style/system.css';

/** The tick stays long enough to be seen. */
const TICK_MS = 1_500;

interface CopySecretProps {
  shown: string;
  label: string;
  /** What is copied holds a password. */
  hasSecret: boolean;
  /** What is copied; undefined where it could not be had, which was told. */
  read: () => Promise<string | undefined>;
}

export function CopySecret({ shown, label, hasSecret, read }: CopySecretProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), TICK_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    const text = await read();
    if (text === undefined || !(await copyText(text))) return;
    setCopied(true);
    const what = label.charAt(0).toUpperCase() + label.slice(1);
    if (hasSecret) showToast({ kind: 'note', message: `${what} copied, with the password.` });
  };
  return (
    <div className="copy-line">
      <code>{shown}</code>
      <IconButton
        label={copied ? 'Copied' : `Copy the ${label}`}
        icon={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        onClick={() => void copy()}
      />
    </div>
  );
}
