/** One event in full, below the list: copied, or followed to what it is about. */
import { useStore } from 'zustand';
import { ClipboardCopy, X } from 'lucide-react';
import { Button, IconButton } from '../../parts/button.tsx';
import { copyText } from '../../store/changes.ts';
import { openConfigAt } from '../../store/config-text.ts';
import { eventAsText } from '../../store/event-text.ts';
import { liveStore } from '../../store/live.ts';
import { chooseService } from '../../store/service-view.ts';
import { showToast } from '../../store/toasts.ts';
import { setView, type ScreenName } from '../../store/view.ts';
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

/** Where one can look further, by the first word of the event. */
const PLACES: Readonly<Record<string, { screen: ScreenName; label: string }>> = {
  config: { screen: 'config', label: 'Open the config' },
  names: { screen: 'names', label: 'Show the names' },
  dns: { screen: 'names', label: 'Show the names' },
  trust: { screen: 'certificates', label: 'Show trust' },
  certificate: { screen: 'certificates', label: 'Show the certificates' },
  acme: { screen: 'certificates', label: 'Show the certificates' },
  listener: { screen: 'settings', label: 'Show the ports' },
  doctor: { screen: 'doctor', label: 'Ask the doctor' },
};

/** The way to what it tells of, where that is still there: the site, the service, the line, else the screen. */
function Subject({ entry: { event, fields = {} } }: { entry: LogEntry }) {
  const { site, service, line, column } = fields;
  const isKnown = useStore(liveStore, (state) => state.snapshot?.sites.some(({ name }) => name === site) ?? false);
  if (isKnown && typeof site === 'string') {
    const show = (): void => setView({ screen: 'sites', site, siteSearch: '', onlyBroken: false });
    return <Button onClick={show}>Show the site</Button>;
  }
  if (typeof service === 'string') {
    const show = (): void => {
      chooseService(service);
      setView({ screen: 'services' });
    };
    return <Button onClick={show}>Show the service</Button>;
  }
  const area = event.slice(0, event.indexOf('.'));
  if (area === 'config' && typeof line === 'number' && typeof column === 'number')
    return <Button onClick={() => openConfigAt(line, column)}>Open line {line} of the config</Button>;
  const place = PLACES[area];
  return place && <Button onClick={() => setView({ screen: place.screen })}>{place.label}</Button>;
}
