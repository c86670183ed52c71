/** A process of its own that writes the ledger, for tests: a file, and how many changes to record. */
import { openLedger } from '../../../electron/engine/system/ledger.ts';

const [file = '', count = '0', area = ''] = process.argv.slice(2);
const ledger = openLedger(file);
for (let i = 0; i < Number(count); i++) {
  const step = {
    title: `${area} ${i}`,
    privileged: false,
    commands: [],
    writes: [],
    undo: [{ file: 'true', args: [] }],
  };
  const { id } = await ledger.intend(area, step);
  await ledger.done(id);
}
