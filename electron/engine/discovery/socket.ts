/** What the parts of this room tell one another: a listening socket, and who holds it. */

export interface ListeningSocket {
  address: string;
  port: number;
  pid?: number;
  process?: string;
  /** Arguments of the process, the program first. */
  command?: readonly string[];
  folder?: string;
}

/** The part of the engine's runner of programs that is used here. */
export type Run = (file: string, args: readonly string[]) => Promise<{ code: number; stdout: string }>;

/** Of one listing; a machine with more has something else to mend. */
export const MAX_SOCKETS = 500;
