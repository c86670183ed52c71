/** One event in full, below the list. */
import { X } from 'lucide-react';
import { IconButton } from '../../parts/button.tsx';
import { setView } from '../../store/view.ts';
import type { LogEntry } from '../../../shared/state.ts';

export function EventDetail({ entry }: { entry: LogEntry }) {
  const fields = Object.entries(entry.fields ?? {});
  return (
    <section className="event-detail" aria-label="Event">
      <div className="event-detail-head">
        <h2>{entry.message}</h2>
        <IconButton
          label="Close the event"
          icon={<X size={14} aria-hidden />}
          onClick={() => setView({ event: undefined })}
        />
      </div>
      <dl>
        <dt>event</dt>
        <dd className="mono">{entry.event}</dd>
        <dt>time</dt>
        <dd className="mono">{new Date(entry.at).toISOString()}</dd>
        {fields.map(([name, value]) => (
          <div key={name} className="pair">
            <dt>{name}</dt>
            <dd className="mono">{String(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
