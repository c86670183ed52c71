/** What the doctor mends itself, on request: a port that is to be freed, files that are to be closed. */
import { chmod } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Mend, Mended } from '../../../../shared/doctor.ts';
import { failure, problem, success, type Result } from '../../../../shared/problem.ts';
import { openFiles } from './open-files.ts';
import type { FindPortOwner } from './port-owner.ts';

/** A program that puts its things in order gets this long. */
const END_MS = 5_000;
const LOOK_MS = 50;

export interface MendDeps {
  home: string;
  portOwner: FindPortOwner;
}

/** Errors: DOCTOR_PORT_OWNER, DOCTOR_PORT_REFUSED, DOCTOR_PORT_KEPT, DOCTOR_FILES_REFUSED. */
export function mend(wanted: Mend, deps: MendDeps): Promise<Result<Mended>> {
  return wanted.kind === 'port.free' ? freePort(wanted.port, wanted.pid, deps) : closeFiles(deps);
}

async function freePort(port: number, pid: number, { portOwner }: MendDeps): Promise<Result<Mended>> {
  const isHeld = async (): Promise<boolean> => (await portOwner(port, ['127.0.0.1', '::1']))?.pid === pid;
  if (pid === process.pid || !(await isHeld()))
    return failure(
      problem('DOCTOR_PORT_OWNER', `Process ${pid} does not hold port ${port} any more; nothing was stopped.`, {
        fix: 'Run the doctor again.',
      }),
    );
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'EPERM' ? 'it belongs to another user' : (error as Error).message;
    return failure(
      problem('DOCTOR_PORT_REFUSED', `Process ${pid} could not be stopped: ${why}.`, { fix: `Run: sudo kill ${pid}` }),
    );
  }
  const deadline = performance.now() + END_MS;
  while (await isHeld()) {
    if (performance.now() > deadline)
      return failure(
        problem('DOCTOR_PORT_KEPT', `Process ${pid} was asked to end, and still holds port ${port}.`, {
          fix: `If it may lose its work, run: kill -9 ${pid}`,
        }),
      );
    await sleep(LOOK_MS);
  }
  return success({ message: `Port ${port} is free.` });
}

async function closeFiles({ home }: MendDeps): Promise<Result<Mended>> {
  const open = await openFiles(home);
  try {
    for (const { path, mode } of open) await chmod(path, mode);
  } catch (error) {
    return failure(
      problem('DOCTOR_FILES_REFUSED', `They could not be closed: ${(error as Error).message}.`, {
        fix: 'Make them yours first, as an administrator.',
      }),
    );
  }
  return success({ message: open.length === 0 ? 'Nothing was open.' : 'The home folder is closed to others.' });
}
