/** The config as text while it is edited: what is in force, what is typed over it, and what the engine says of that. */
import { createStore } from 'zustand/vanilla';
import { bridge } from '../bridge.ts';
import { applyChange } from './changes.ts';
import { liveStore } from './live.ts';
import { setView } from './view.ts';
import { showToast } from './toasts.ts';
import type { Problem } from '../../shared/problem.ts';
import type { ConfigDocument } from '../../shared/protocol.ts';

/** A pause in typing, not a key. */
const CHECK_AFTER_MS = 350;

/** A place the editor shall go to; another object is another jump. */
export interface Jump {
  line: number;
  column: number;
}

export interface ConfigText {
  phase: 'loading' | 'ready' | 'failed';
  /** Why it could not be read; only while `failed`. */
  problems: readonly Problem[];
  current: ConfigDocument | undefined;
  /** What is typed, where that is not what is shown without it. */
  draft: string | undefined;
  /** The revision the draft was begun on. */
  base: number | undefined;
  /** Of the text that is shown. */
  checked: readonly Problem[];
  checking: boolean;
  applying: boolean;
  /** What is typed is shown as changes of what is in force. */
  showChanges: boolean;
  jump: Jump | undefined;
}

const FIRST: ConfigText = {
  phase: 'loading',
  problems: [],
  current: undefined,
  draft: undefined,
  base: undefined,
  checked: [],
  checking: false,
  applying: false,
  showChanges: false,
  jump: undefined,
};

export const configText = createStore<ConfigText>(() => FIRST);
const { getState, setState } = configText;

/** What the editor shows: the draft, else the file, also where it was refused. */
export const shownText = ({ draft, current }: ConfigText): string => draft ?? current?.onDisk ?? current?.text ?? '';
/** There is something to apply. */
export function isChanged(state: ConfigText): boolean {
  const { current } = state;
  if (!current) return false;
  return shownText(state) !== current.text || (current.onDisk !== undefined && current.onDisk !== current.text);
}
/** Somebody else changed the config since the draft was begun. */
export const isConflict = ({ draft, base, current }: ConfigText): boolean =>
  draft !== undefined && current !== undefined && base !== current.revision;

let turn = 0;

/** Reads what is in force; a draft stays as it is. */
export async function loadConfig(): Promise<void> {
  turn += 1;
  const mine = turn;
  const answer = await bridge.call('config.get', {});
  if (mine !== turn) return;
  if (!answer.ok) return setState({ phase: 'failed', problems: answer.problems });
  const { draft, base, current } = getState();
  const read = answer.value;
  const sameText = current?.text === read.text;
  const isOver = draft === read.text && read.onDisk === undefined;
  setState({
    phase: 'ready',
    problems: [],
    current: read,
    draft: isOver ? undefined : draft,
    base: isOver ? undefined : sameText && base === current.revision ? read.revision : base,
  });
  checkSoon(0);
}

/** What is typed; the text in force typed again is no draft. */
export function typeText(text: string): void {
  const { current, draft, base } = getState();
  if (!current || text === shownText(getState())) return;
  const isPlain = text === (current.onDisk ?? current.text);
  const isStale = draft !== undefined && base !== current.revision;
  setState(
    isPlain && !isStale
      ? { draft: undefined, base: undefined }
      : { draft: text, base: draft === undefined ? current.revision : base },
  );
  checkSoon(CHECK_AFTER_MS);
}

let timer: ReturnType<typeof setTimeout> | undefined;

function checkSoon(afterMs: number): void {
  clearTimeout(timer);
  setState({ checking: true });
  timer = setTimeout(() => void check(), afterMs);
}

async function check(): Promise<void> {
  const { current } = getState();
  if (!current) return;
  const text = shownText(getState());
  const answer = await bridge.call('config.check', { text, format: current.format });
  if (text !== shownText(getState())) return; // typed on meanwhile; another check is on its way
  const { problems } = answer.ok ? answer.value : answer;
  setState({ checked: sortByPlace(problems), checking: false });
}

const sortByPlace = (problems: readonly Problem[]): Problem[] =>
  [...problems].sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0));

/** Puts the text in force. What is wrong with it is shown at its place; a conflict shows what the others did. */
export async function applyText(): Promise<void> {
  const state = getState();
  if (!state.current || state.applying || !isChanged(state)) return;
  const text = shownText(state);
  setState({ applying: true });
  const { format, revision } = state.current;
  const result = await applyChange(
    { name: 'config.apply', request: { text, format } },
    'Config applied.',
    state.base ?? revision,
  );
  setState({ applying: false });
  if (result.ok) {
    if (shownText(getState()) === text) setState({ draft: undefined, base: undefined, showChanges: false });
    else setState({ base: result.value.revision }); // typed on while it was applied
    return loadConfig();
  }
  if (result.problems.some(({ code }) => code === 'CONFIG_CONFLICT')) return loadConfig();
  setState({ checked: sortByPlace(result.problems), checking: false });
  const first = result.problems.find(({ severity }) => severity === 'error') ?? result.problems[0];
  if (first?.at) setState({ jump: { line: first.at.line, column: first.at.column } });
  showToast({ kind: 'note', message: `Not applied: ${first?.message ?? 'the engine refused it.'}`, fix: first?.fix });
}

/** Goes on with the draft over what is in force now, with the differences on show. */
export function rebase(): void {
  const { current } = getState();
  if (current) setState({ base: current.revision, showChanges: true });
}

/** The draft takes the place of what others did meanwhile. */
export async function overwrite(): Promise<void> {
  const { current } = getState();
  if (!current) return;
  setState({ base: current.revision });
  await applyText();
}

/** Back to the file, which is what is in force unless it was refused; the toast brings the typed text back. */
export function discardText(): void {
  const { draft, base } = getState();
  if (draft !== undefined) put(undefined, undefined, 'Your text was discarded.', { draft, base });
}

/** What is in force, in the place of a file that was refused; applying it writes it there. */
export function takeInForce(): void {
  const { current, draft, base } = getState();
  if (!current) return;
  put(current.text, current.revision, 'This is what is in force; apply it to write it to the file.', { draft, base });
}

function put(draft: string | undefined, base: number | undefined, message: string, back: Partial<ConfigText>): void {
  setState({ draft, base, showChanges: false });
  checkSoon(0);
  const run = (): void => {
    setState(back);
    checkSoon(0);
  };
  showToast({ kind: 'change', message, action: { label: 'Bring it back', run } });
}

export const setShowChanges = (showChanges: boolean): void => setState({ showChanges });

/** Opens the editor at a place of the file. */
export function openConfigAt(line: number, column: number): void {
  setState({ jump: { line, column } });
  setView({ screen: 'config' });
}

export const clearJump = (): void => setState({ jump: undefined });

/** Reads again whenever the config in force or the file on disk changed; returns the call that ends it. */
export function followConfig(): () => void {
  const key = (): string => {
    const { snapshot } = liveStore.getState();
    return `${snapshot?.revision} ${snapshot?.problems.map(({ code, message }) => code + message).join()}`;
  };
  let known = key();
  void loadConfig();
  return liveStore.subscribe(() => {
    if (known === (known = key())) return;
    void loadConfig();
  });
}
