/** One event in full, below the list: copied, or followed to what it is about. */
import { useStore } from 'zustand';
import { ClipboardCopy, X } from 'lucide-react';
import { Button, IconButton } from '../../parts/button.tsx';
import { copyText } from '../../store/changes.ts';
import { openConfigAt } from '../../store/config-text.ts';
import { eventAsText } from '../../store/event-text.ts';
import { liveStore } from '../../store/live.ts';
import { showToast } from '../../store/toasts.ts';
import { setView } from '../../store/view.ts';
import type { LogEntry } from '../../../shared/state.ts';

export function EventDetail({ entry }: { entry: LogEntry }) {
  const fields = Object.entries(entry.fields ?? {});
  const copy = async (): Promise<void> => {
    if (await copyText(eventAsText(entry))) showToast({ kind: 'note', message: 'The event is on the clipboard.' });
  };
  return (
    <section className="event-detail" aria-label="Event">
      <div className="event-detail-head">
        <h2>{entry.message}</h2>
        <Subject entry={entry} />
        <IconButton label="Copy the event" icon={<ClipboardCopy size={14} aria-hidden />} onClick={() => void copy()} />
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

/** The way to the site it tells of, where that is still there, or to the config. */
function Subject({ entry: { event, fields } }: { entry: LogEntry }) {
  const name = fields?.['site'];
  const isKnown = useStore(liveStore, (state) => state.snapshot?.sites.some((site) => site.name === name) ?? false);
  if (isKnown && typeof name === 'string') {
    const show = (): void => setView({ screen: 'sites', site: name, siteSearch: '', onlyBroken: false });
    return <Button onClick={show}>Show the site</Button>;
  }
  if (!event.startsWith('config.')) return null;
  const { line, column } = fields ?? {};
  if (typeof line === 'number' && typeof column === 'number')
    return <Button onClick={() => openConfigAt(line, column)}>Open line {line} of the config</Button>;
  return <Button onClick={() => setView({ screen: 'config' })}>Open the config</Button>;
}
