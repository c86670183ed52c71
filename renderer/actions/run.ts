/** What each action of the list does in the window. */
import { ACTION_LIST, isPressed, type ActionId, type Ask } from '../../shared/actions.ts';
import { bridge } from '../bridge.ts';
import { redoLast, setRouting, setTheme, revealFile, undoLast } from '../store/changes.ts';
import { openDraft } from '../store/draft.ts';
import { openOverlay } from '../store/overlay.ts';
import { openServiceForm } from '../store/service-form.ts';
import { showProblems, showToast } from '../store/toasts.ts';
import { startTour } from '../store/tour.ts';
import { setView } from '../store/view.ts';
import { focusRegion } from './focus.ts';

const RUN: Record<ActionId, () => void> = {
  'palette.open': () => openOverlay('palette'),
  'go.map': () => setView({ screen: 'map' }),
  'go.sites': () => setView({ screen: 'sites' }),
  'go.traffic': () => setView({ screen: 'traffic' }),
  'go.events': () => setView({ screen: 'events' }),
  'go.names': () => setView({ screen: 'names' }),
  'go.certificates': () => setView({ screen: 'certificates' }),
  'go.services': () => setView({ screen: 'services' }),
  'go.config': () => setView({ screen: 'config' }),
  'go.doctor': () => setView({ screen: 'doctor' }),
  'go.settings': () => setView({ screen: 'settings' }),
  'site.add': () => void openDraft({ form: 'site.add', site: '' }),
  'service.add': () => openServiceForm(),
  'site.find': () => document.querySelector<HTMLInputElement>('.stage input[type="search"]')?.focus(),
  'health.check': () => void checkAll(),
  'routing.start': () => void setRouting(true),
  'routing.stop': () => void setRouting(false),
  'edit.undo': () => {
    if (!undoLast()) showToast({ kind: 'note', message: 'Nothing to undo here. Config has the history.' });
  },
  'edit.redo': () => {
    if (!redoLast()) showToast({ kind: 'note', message: 'Nothing to redo here.' });
  },
  'explain.open': () => openOverlay('explain'),
  'theme.system': () => void setTheme('system'),
  'theme.light': () => void setTheme('light'),
  'theme.dark': () => void setTheme('dark'),
  'focus.next': () => focusRegion(1),
  'focus.previous': () => focusRegion(-1),
  'file.config': () => void revealFile('config'),
  'file.log': () => void revealFile('log'),
  'file.home': () => void revealFile('home'),
  'tour.start': startTour,
  'help.keys': () => openOverlay('keys'),
};

export const runAction = (id: ActionId): void => RUN[id]();

/** From a menu, the tray or a notification. */
export function answerAsk(ask: Ask): void {
  if ('action' in ask) runAction(ask.action);
  else setView({ screen: 'sites', site: ask.site, siteSearch: '', onlyBroken: false });
}

async function checkAll(): Promise<void> {
  const answer = await bridge.call('health.check', {});
  if (!answer.ok) return showProblems(answer.problems);
  const { pass, fail } = answer.value;
  showToast({ kind: 'note', message: `${pass.length} of ${pass.length + fail.length} backends passed the check.` });
}

/** Given the innermost target: an editor lives in a shadow root. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.matches('input, textarea, select') || target.isContentEditable);

/** Keys that a field has a use of its own for. */
const KEPT_FOR_FIELDS: ReadonlySet<ActionId> = new Set<ActionId>(['edit.undo', 'edit.redo', 'site.find', 'help.keys']);

/** Runs the action whose keys these are; nothing while a dialog is open, which has the keyboard to itself. */
export function handleKeys(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector('dialog[open]:not([data-beside])')) return;
  const found = ACTION_LIST.find(({ keys, isMain }) => keys !== undefined && !isMain && isPressed(keys, event));
  if (found === undefined || (KEPT_FOR_FIELDS.has(found.id) && isTyping(event.composedPath()[0] ?? null))) return;
  if (found.id === 'edit.undo' || found.id === 'edit.redo') {
    if (!(found.id === 'edit.undo' ? undoLast() : redoLast())) return;
  } else runAction(found.id);
  event.preventDefault();
}
