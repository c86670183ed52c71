/** Whether the home folder is ours to write, and closed to others. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { shellQuoted } from '../../../../../shared/shown-command.ts';
import { check, type Fault } from '../check.ts';
import { openFiles, type OpenFile } from '../open-files.ts';

interface BadFiles extends Fault {
  open: OpenFile[];
  closed: string[];
}

export const files = check<BadFiles>({
  id: 'files',
  title: 'Files',
  skip: ({ platform }) => (platform === 'win32' ? 'Windows keeps the home folder for its user by itself.' : undefined),
  async examine({ home }) {
    const faults: BadFiles[] = [];
    const open = await openFiles(home);
    if (open.length > 0) {
      const list = open.map(({ path }) => path).join(', ');
      faults.push({ status: 'bad', message: `Others on this machine can use ${list}.`, open, closed: [] });
    }
    const closed = await unwritable([home, join(home, 'mogoly.yaml'), join(home, 'history')]);
    if (closed.length > 0)
      faults.push({
        status: 'bad',
        message: `Mogoly cannot write ${closed.join(', ')}, so changes are not kept.`,
        open: [],
        closed,
      });
    return faults.length > 0 ? faults : 'The home folder is ours to write, and closed to others.';
  },
  remedy({ open, closed }) {
    if (closed.length > 0)
      return {
        title: 'Make them yours.',
        line: `sudo chown -R "$USER" ${closed.map(shellQuoted).join(' ')} && chmod -R u+rwX ${closed.map(shellQuoted).join(' ')}`,
      };
    const line = open.map(({ path, mode }) => `chmod ${mode.toString(8)} ${shellQuoted(path)}`).join(' && ');
    return { title: 'Close them to others.', line, action: { kind: 'files.close' } };
  },
});

/** Those that are there and belong to another user, as after one run as root. */
async function unwritable(paths: string[]): Promise<string[]> {
  const user = process.geteuid?.();
  if (user === undefined || user === 0) return [];
  const owners = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ uid }) => uid,
        () => user, // not there, or behind a folder that is named itself
      ),
    ),
  );
  return paths.filter((_path, i) => owners[i] !== user);
}
