/** Short messages that float above the status bar, each with one action at most. */
import { createStore } from 'zustand/vanilla';
import type { Problem } from '../../shared/problem.ts';

/** More than this many at once are noise; the oldest goes. */
const TOASTS_MAX = 3;

export interface Toast {
  id: number;
  /** A `change` replaces the change before it, since only the newest can be undone; a `note` the note. An `error` stays until it is closed or its screen is left. */
  kind: 'change' | 'note' | 'error';
  message: string;
  fix?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
}

export const toastStore = createStore<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }));

let lastId = 0;

export function showToast(toast: Omit<Toast, 'id'>): void {
  lastId += 1;
  const kept = toastStore.getState().toasts.filter((other) => toast.kind === 'error' || other.kind !== toast.kind);
  toastStore.setState({ toasts: [...kept, { ...toast, id: lastId }].slice(-TOASTS_MAX) });
}

export function closeToast(id: number): void {
  toastStore.setState({ toasts: toastStore.getState().toasts.filter((toast) => toast.id !== id) });
}

/** The first of the problems; there is always one when an answer is not ok. */
export function showProblems(problems: readonly Problem[]): void {
  const first = problems[0];
  if (first) showToast({ kind: 'error', message: first.message, fix: first.fix });
}
