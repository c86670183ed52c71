/** Toasts above the status bar; one that needs no answer here goes away by itself, not while it is pointed at. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { X } from 'lucide-react';
import { Button, IconButton } from './button.tsx';
import { closeToast, toastStore } from '../store/toasts.ts';
import { viewStore } from '../store/view.ts';
import type { Toast } from '../store/toasts.ts';

/** Long enough to read a line and reach the button. */
const STAY_MS = 10_000;

export function ToastList() {
  const toasts = useStore(toastStore, (state) => state.toasts);
  return (
    <div className="toasts" role="region" aria-label="Messages" aria-live="polite">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastCard({ toast }: { toast: Toast }) {
  const [held, setHeld] = useState(false);
  // A failure waits for an answer on the screen it is about; elsewhere it would only stand in the way.
  const screen = useStore(viewStore, (state) => state.screen);
  const [born] = useState(screen);
  useEffect(() => {
    if (held || (toast.kind === 'error' && screen === born)) return;
    const timer = setTimeout(() => closeToast(toast.id), STAY_MS);
    return () => clearTimeout(timer);
  }, [held, toast, screen, born]);
  const act = (): void => {
    closeToast(toast.id);
    toast.action?.run();
  };
  return (
    <div
      className={`toast toast-${toast.kind}`}
      role={toast.kind === 'error' ? 'alert' : undefined}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p>
        {toast.message}
        {toast.fix && <span className="muted"> {toast.fix}</span>}
      </p>
      {toast.action && <Button onClick={act}>{toast.action.label}</Button>}
      <IconButton label="Close" icon={<X size={14} aria-hidden />} onClick={() => closeToast(toast.id)} />
    </div>
  );
}
