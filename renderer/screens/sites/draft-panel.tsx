/** The form of the edit being made, beside the detail; problems stand at their field. */
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { X } from 'lucide-react';
import { Button, IconButton } from '../../parts/button.tsx';
import { Loading } from '../../parts/states.tsx';
import { ChangePreview } from './change-preview.tsx';
import { EntryFields } from './entry-fields.tsx';
import { MiddlewareFields } from './middleware-fields.tsx';
import { applyDraft, closeDraft, draftStore, leaveField, reloadDraft, setDraftValue } from '../../store/draft.ts';
import { kindOf } from '../../store/draft-state.ts';
import { FormContext } from '../../form/form-context.tsx';
import type { Draft, DraftTarget } from '../../store/draft.ts';

export function DraftPanel() {
  const draft = useStore(draftStore, (state) => state.draft);
  if (!draft) return null;
  const { form, site, label, path } = draft.target;
  return <DraftForm key={`${form} ${site} ${label ?? ''} ${JSON.stringify(path ?? [])}`} draft={draft} />;
}

function DraftForm({ draft }: { draft: Draft }) {
  const form = useRef<HTMLFormElement>(null);
  const ready = draft.phase !== 'loading';
  useFocusReturn();
  useEffect(() => {
    if (ready) form.current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }, [ready]);
  const submit = async (): Promise<void> => {
    if (!(await applyDraft())) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };
  return (
    <aside className="panel" aria-label={titleOf(draft.target)}>
      <header className="panel-head">
        <h1>{titleOf(draft.target)}</h1>
        <IconButton label="Close the form" icon={<X size={14} aria-hidden />} onClick={closeDraft} />
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
          {draft.conflict && <Conflict />}
          {draft.problems.length > 0 && <FormProblems draft={draft} />}
          {ready ? <Fields draft={draft} /> : <Loading what="Reading the config" />}
          {ready && <ChangePreview draft={draft} />}
        </div>
        <div className="panel-actions">
          <Button onClick={closeDraft}>Cancel</Button>
          <Button type="submit" look="accent" disabled={draft.phase !== 'editing' || !draft.place}>
            {draft.phase === 'applying' ? 'Applying…' : 'Apply'}
          </Button>
        </div>
      </form>
    </aside>
  );
}

function Fields({ draft }: { draft: Draft }) {
  const api = { value: draft.value, errors: draft.errors, set: setDraftValue, leave: leaveField };
  return (
    <FormContext.Provider value={api}>
      {kindOf(draft.target) === 'middleware' ? <MiddlewareFields draft={draft} /> : <EntryFields draft={draft} />}
    </FormContext.Provider>
  );
}

function Conflict() {
  return (
    <div className="form-note" role="alert">
      <p>The config changed since this form was opened. Reload takes the current values and keeps what you typed.</p>
      <Button onClick={() => void reloadDraft()}>Reload</Button>
    </div>
  );
}

function FormProblems({ draft }: { draft: Draft }) {
  return (
    <ul className="form-note form-problems" role="alert">
      {draft.problems.map((item, index) => (
        <li key={`${item.code} ${index}`}>
          {item.message}
          {item.fix && <span className="muted"> {item.fix}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Gives the focus back to where it was when the form opened. */
function useFocusReturn(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}

function titleOf({ form, site, label }: DraftTarget): string {
  switch (form) {
    case 'site.add':
      return 'New site';
    case 'site.edit':
      return `Edit ${site}`;
    case 'route.add':
      return `New route in ${site}`;
    case 'middleware.add':
      return `New middleware in ${label ?? site}`;
    case 'backend.add':
      return `New backend in ${label ?? site}`;
    default:
      return `Edit ${label ?? form.replace('.edit', '')}`;
  }
}
