/** What the log says of rehearsals. */
import type { Rehearsal, RehearsalEnd, RehearsalEvents } from '../../../shared/rehearsal.ts';
import type { Sentences } from './line.ts';

const WHY: Record<RehearsalEnd, string> = {
  time: 'its time was over',
  stopped: 'it was ended by hand',
  replaced: 'another took its place',
  removed: 'the backend was taken out',
  engine: 'routing stopped',
};

export const REHEARSAL_LINES: Sentences<keyof RehearsalEvents> = {
  'rehearsal.started': (rehearsal) => ({
    level: 'warn',
    message: `Rehearsing on ${rehearsal.name} of ${rehearsal.site} for ${(rehearsal.endsAt - rehearsal.startedAt) / 1_000} s: ${what(rehearsal)}`,
    fields: fields(rehearsal),
  }),
  'rehearsal.ended': (rehearsal) => ({
    level: 'info',
    message: `The rehearsal on ${rehearsal.name} of ${rehearsal.site} ended: ${WHY[rehearsal.reason]}`,
    fields: { ...fields(rehearsal), reason: rehearsal.reason },
  }),
};

function what({ kind, delayMs, status }: Rehearsal): string {
  if (kind === 'kill') return 'every connection is refused';
  return kind === 'slow' ? `every answer is ${(delayMs ?? 0) / 1_000} s late` : `every answer is ${status}`;
}

const fields = ({ id, site, name, kind }: Rehearsal) => ({ id, site, backend: name, kind });
