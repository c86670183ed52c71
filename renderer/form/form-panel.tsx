/** The frame of a form beside the detail: its head, what is wrong with the whole of it, its fields, and the two ways out. */
import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { X } from 'lucide-react';
import { Button, IconButton } from '../parts/button.tsx';
import type { Problem } from '../../shared/problem.ts';

export interface FormPanelProps {
  title: string;
  /** Those that belong to no field. */
  problems: readonly Problem[];
  /** Its fields are there. */
  isReady: boolean;
  send: { word: string; isOff: boolean };
  /** False when something was wrong with a field, which gets the focus then. */
  onSend: () => Promise<boolean>;
  onClose: () => void;
  /** Above the problems: what concerns the form as a whole. */
  lead?: ReactNode;
  children: ReactNode;
}

export function FormPanel({ title, problems, isReady, send, onSend, onClose, lead, children }: FormPanelProps) {
  const form = useRef<HTMLFormElement>(null);
  useFocus(form, isReady);
  const submit = async (): Promise<void> => {
    if (!(await onSend())) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };
  return (
    <aside className="panel" aria-label={title} onKeyDown={(event) => closeOnEscape(event, onClose)}>
      <header className="panel-head">
        <h1>{title}</h1>
        <IconButton label="Close the form" icon={<X size={14} aria-hidden />} onClick={onClose} />
      </header>
      <form
        ref={form}
        className="panel-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="panel-scroll">
          {lead}
          {problems.length > 0 && <FormProblems problems={problems} />}
          {children}
        </div>
        <div className="panel-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="accent" disabled={send.isOff}>
            {send.word}
          </Button>
        </div>
      </form>
    </aside>
  );
}

/** The key is the form's alone: behind it nothing closes. */
function closeOnEscape(event: React.KeyboardEvent, onClose: () => void): void {
  if (event.key !== 'Escape' || event.defaultPrevented) return;
  event.preventDefault();
  onClose();
}

/** Into the form once its fields are there, and back to where it was when it closes. */
function useFocus(form: RefObject<HTMLFormElement | null>, isReady: boolean): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      else document.querySelector<HTMLElement>('.detail h1')?.focus();
    };
  }, []);
  useEffect(() => {
    if (isReady)
      form.current?.querySelector<HTMLElement>('input:checked, input[type="text"], select, textarea')?.focus();
  }, [form, isReady]);
}

function FormProblems({ problems }: { problems: readonly Problem[] }) {
  return (
    <ul className="form-note form-problems" role="alert">
      {problems.map(({ code, message, fix }, index) => (
        <li key={`${code} ${index}`}>
          {message} {fix !== undefined && <span className="muted">{fix}</span>}
        </li>
      ))}
    </ul>
  );
}
