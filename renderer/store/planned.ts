/** Changes to this machine: each first a plan of exact commands, made only when it is agreed to. */
import { bridge } from '../bridge.ts';
import { success, type Problem, type Result } from '../../shared/problem.ts';
import type { Mend, RemedyAction } from '../../shared/doctor.ts';
import { shownCommand } from '../../shared/shown-command.ts';
import type { SystemChange, SystemStep } from '../../shared/system-change.ts';
import type { NamesMethodId } from '../../shared/system-names.ts';
import type { TrustAction, TrustResult } from '../../shared/trust.ts';
import { liveStore } from './live.ts';
import { setRouting } from './changes.ts';
import { namesNotes } from './names-notes.ts';

export interface PlannedStep {
  title: string;
  /** Asks for the rights of an administrator. */
  privileged: boolean;
  commands: { line: string; input?: string | undefined }[];
}

export interface Plan {
  title: string;
  steps: PlannedStep[];
  /** What these steps cannot do, or what follows from them. */
  notes: string[];
}

/** What was done, in one sentence. */
export interface Done {
  message: string;
  fix?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
}

export interface PlannedChange {
  /** The verb on the button. */
  verb: string;
  look?: 'accent' | 'danger';
  plan: () => Promise<Result<Plan>>;
  run: () => Promise<Result<Done>>;
}

const stepOf = ({ title, privileged, commands }: SystemStep): PlannedStep => ({
  title,
  privileged,
  commands: commands.map(({ input, ...command }) => ({ line: shownCommand(command), input })),
});
const byHand = (title: string, line: string): PlannedStep => ({ title, privileged: false, commands: [{ line }] });
const sentence = ({ message, fix }: Problem): string => (fix === undefined ? message : `${message} ${fix}`);
const mapped = <T, U>(
  answer: { ok: true; value: T } | { ok: false; problems: Problem[] },
  to: (value: T) => U,
): Result<U> => (answer.ok ? success(to(answer.value)) : answer);

/** All stores that are there unless one is named. */
export function trustChange(
  action: TrustAction,
  store?: string,
  tell?: (results: TrustResult[]) => void,
): PlannedChange {
  const request = { action, ...(store === undefined ? {} : { stores: [store] }) };
  const isInstall = action === 'install';
  return {
    verb: isInstall ? (store === undefined ? 'Trust everywhere' : 'Trust') : 'Remove',
    look: isInstall ? 'accent' : 'danger',
    plan: async () =>
      mapped(await bridge.call('trust.plan', request), (plans) => ({
        title: isInstall ? 'Trust this CA' : 'Remove this CA',
        steps: plans.flatMap(({ steps }) => steps.map(stepOf)),
        notes: [
          ...plans.flatMap(({ problem }) => (problem === undefined ? [] : [sentence(problem)])),
          isInstall
            ? 'It may sign for the names of your sites and zones alone. Browsers that are open have to be restarted.'
            : 'Pages of your sites look unsafe to those who read this store.',
        ],
      })),
    async run() {
      const answer = await bridge.call('trust.apply', request);
      if (!answer.ok) return answer;
      tell?.(answer.value);
      const failed = answer.value.flatMap(({ problem }) => problem ?? []);
      if (failed.length > 0) return { ok: false, problems: failed };
      return success(trustDone(isInstall, answer.value));
    },
  };
}

function trustDone(isInstall: boolean, results: readonly TrustResult[]): Done {
  const names = results.map(({ name }) => name).join(', ');
  if (!isInstall) return { message: `Removed from ${names}.` };
  const verified = results.find(({ isVerified }) => isVerified !== undefined)?.isVerified;
  if (verified === false) return { message: `${names}: installed, and yet a real handshake was not believed.` };
  return { message: `${names}: trusted${verified === true ? ', and a real handshake was believed' : ''}.` };
}

/** The best way of this machine unless one is named. */
export function namesChange(action: 'install' | 'remove', method?: NamesMethodId): PlannedChange {
  const request = { action, ...(method === undefined ? {} : { method }) };
  const isInstall = action === 'install';
  return {
    verb: isInstall ? 'Install names' : 'Remove',
    look: isInstall ? 'accent' : 'danger',
    plan: async () =>
      mapped(await bridge.call('names.plan', request), ({ steps, warnings }) => ({
        title: isInstall ? 'Install names into this system' : 'Remove the names from this system',
        steps: steps.map(stepOf),
        notes: namesNotes(warnings).notes.map(sentence),
      })),
    run: async () =>
      mapped(await bridge.call('names.apply', request), () => ({
        message: isInstall ? 'This system finds the names now.' : 'This system is as it was.',
      })),
  };
}

export const undoChange = (change: SystemChange): PlannedChange => ({
  verb: 'Undo',
  look: 'danger',
  plan: () =>
    Promise.resolve(
      success({
        title: `Undo: ${change.step.title}`,
        steps: [stepOf({ ...change.step, title: 'Take it back', commands: change.step.undo })],
        notes: [],
      }),
    ),
  run: async () => mapped(await bridge.call('changes.undo', { id: change.id }), () => ({ message: 'Undone.' })),
});

export const renewRoot = (): PlannedChange => ({
  verb: 'Renew root',
  look: 'danger',
  plan: () =>
    Promise.resolve(
      success({
        title: 'Make another root',
        steps: [byHand('Make a root for the names in use, and new certificates by it', 'mogoly cert renew-root --yes')],
        notes: ['Every store has to be told of the new one: https pages look unsafe until trust is installed again.'],
      }),
    ),
  run: async () =>
    mapped(await bridge.call('certificates.renewRoot', { consent: true }), ({ isTrustNeeded }) => ({
      message: isTrustNeeded ? 'There is another root. Install trust again.' : 'There is another root.',
    })),
});

export const orderNow = (host: string): PlannedChange => ({
  verb: 'Order now',
  plan: () =>
    Promise.resolve(
      success({
        title: `Order a certificate for ${host}`,
        steps: [byHand('Ask the authority for it', `mogoly cert order ${host}`)],
        notes: ['Authorities limit how many they give out for a name each week.'],
      }),
    ),
  run: async () =>
    mapped(await bridge.call('certificates.order', { host }), ({ status, problem }) => ({
      message: problem === undefined ? `The order is ${status}.` : sentence(problem),
    })),
});

/** `line` is what the engine does, as a command. */
function mendChange(wanted: Mend, title: string, line: string): PlannedChange {
  const isPort = wanted.kind === 'port.free';
  return {
    verb: isPort ? `Free port ${wanted.port}` : 'Close files',
    look: isPort ? 'danger' : 'accent',
    plan: () =>
      Promise.resolve(
        success({
          title: isPort ? `Stop process ${wanted.pid}` : 'Close these files to others',
          steps: [byHand(title, line)],
          notes: isPort ? ['That program ends, and what it has not saved may be lost.'] : [],
        }),
      ),
    run: async () =>
      mapped(await bridge.call('doctor.mend', wanted), ({ message }) => ({
        message,
        action: isPort ? { label: 'Take it', run: () => void restartRouting() } : undefined,
      })),
  };
}

async function restartRouting(): Promise<void> {
  if (liveStore.getState().snapshot?.status === 'running') await setRouting(false);
  await setRouting(true);
}

/** What mends a finding; `title` and `line` are those of its remedy. */
export function remedyChange(action: RemedyAction, title: string, line: string): PlannedChange {
  switch (action.kind) {
    case 'trust.install':
      return trustChange('install', action.store);
    case 'names.install':
      return namesChange('install');
    case 'root.renew':
      return renewRoot();
    default:
      return mendChange(action, title, line);
  }
}
