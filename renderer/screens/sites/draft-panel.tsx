/** The form of the edit being made, beside the detail; problems stand at their field. */
import { useStore } from 'zustand';
import { Button } from '../../parts/button.tsx';
import { Loading } from '../../parts/states.tsx';
import { ChangePreview } from './change-preview.tsx';
import { EntryFields } from './entry-fields.tsx';
import { MiddlewareFields } from './middleware-fields.tsx';
import { applyDraft, closeDraft, draftStore, leaveField, reloadDraft, setDraftValue } from '../../store/draft.ts';
import { kindOf } from '../../store/draft-state.ts';
import { FormContext } from '../../form/form-context.tsx';
import { FormPanel } from '../../form/form-panel.tsx';
import type { Draft, DraftTarget } from '../../store/draft.ts';

export function DraftPanel() {
  const draft = useStore(draftStore, (state) => state.draft);
  if (!draft) return null;
  const { form, site, label, path } = draft.target;
  return <DraftForm key={`${form} ${site} ${label ?? ''} ${JSON.stringify(path ?? [])}`} draft={draft} />;
}

function DraftForm({ draft }: { draft: Draft }) {
  const ready = draft.phase !== 'loading';
  const send = {
    word: draft.phase === 'applying' ? 'Applying…' : 'Apply',
    isOff: draft.phase !== 'editing' || !draft.place,
  };
  return (
    <FormPanel
      title={titleOf(draft.target)}
      problems={draft.problems}
      isReady={ready}
      send={send}
      onSend={applyDraft}
      onClose={closeDraft}
      lead={draft.conflict && <Conflict />}
    >
      {ready ? <Fields draft={draft} /> : <Loading what="Reading the config" />}
      {ready && <ChangePreview draft={draft} />}
    </FormPanel>
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
