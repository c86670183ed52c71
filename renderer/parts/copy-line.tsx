/** A line to paste elsewhere, with a button that copies it. */
import { useEffect, useState } from 'react';
import { Check, Copy } from 'lucide-react';
import { IconButton } from './button.tsx';
import { copyText } from '../store/changes.ts';
import '../style/system.css';

/** The tick stays long enough to be seen. */
const TICK_MS = 1_500;

export function CopyLine({ line, label }: { line: string; label: string }) {
  return <CopyRow shown={line} label={`Copy: ${label}`} copy={() => copyText(line)} />;
}

interface CopyRowProps {
  shown: string;
  /** Of the button. */
  label: string;
  /** Whether it was copied; what was not is told by whoever copies. */
  copy: () => Promise<boolean>;
}

/** Where what is copied is more than what is shown. */
export function CopyRow({ shown, label, copy }: CopyRowProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), TICK_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <div className="copy-line">
      <code>{shown}</code>
      <IconButton
        label={copied ? 'Copied' : label}
        icon={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        onClick={() => void copy().then(setCopied)}
      />
    </div>
  );
}
