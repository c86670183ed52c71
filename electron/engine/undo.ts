/** The undo stack of a transaction: what succeeded so far is taken back in reverse order. */
export interface UndoStack {
  push: (undo: () => void | Promise<void>) => void;
  /** Runs every undo, also when one fails; gives the errors. */
  run: () => Promise<unknown[]>;
}

export function createUndoStack(): UndoStack {
  const undos: (() => void | Promise<void>)[] = [];
  return {
    push: (undo) => void undos.push(undo),
    async run() {
      const errors: unknown[] = [];
      for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
        try {
          await undo();
        } catch (error) {
          errors.push(error);
        }
      }
      return errors;
    },
  };
}
