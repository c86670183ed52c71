/** A change to the system outside the home folder: shown before it is made, recorded, and undone by the same record. */

/** A program without a shell. */
export interface StepCommand {
  file: string;
  args: readonly string[];
  /** Its standard input. */
  input?: string;
  /** Left out where there is no such file. Only of commands that are not privileged. */
  needs?: string;
  /** Part of what it says where there is nothing left to take out: its failure is none then. Only as `needs`. */
  gone?: string;
}

export interface SystemStep {
  /** What it does, in the imperative. */
  title: string;
  privileged: boolean;
  commands: StepCommand[];
  /** Absolute paths of the files that it makes, changes or deletes. */
  writes: string[];
  /** Empty for what only takes away a change of ours. */
  undo: StepCommand[];
  /** What it changes: once it is done, earlier changes of the same area to the same subject are past. */
  subject?: string;
}

/** `intended`: begun and not known to be done; it is undone like one that was. */
export type ChangeState = 'intended' | 'done' | 'undone';

/** One entry of the change ledger. */
export interface SystemChange {
  id: number;
  /** Milliseconds since 1970. */
  at: number;
  /** What asked for it, as in `trust` and `names`. */
  area: string;
  step: SystemStep;
  state: ChangeState;
  /** Milliseconds since 1970. */
  undoneAt?: number;
}
