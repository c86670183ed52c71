/** Events: the live log, filtered by level and text, followed or paused. */
import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { FolderOpen, Pause, Play } from 'lucide-react';
import { EventDetail } from './event-detail.tsx';
import { ExportEvents } from './export-events.tsx';
import { Button } from '../../parts/button.tsx';
import { formatCount, plural } from '../../parts/format.ts';
import { SearchBox } from '../../parts/search-box.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { revealFile } from '../../store/changes.ts';
import { findEvents } from '../../store/event-filter.ts';
import { eventView, formatEventTime, TIME_FORMATS, TIME_WORDS } from '../../store/event-view.ts';
import { liveStore } from '../../store/live.ts';
import { setView, viewStore } from '../../store/view.ts';
import type { TimeFormat } from '../../store/event-view.ts';
import type { LogEntry, LogLevel } from '../../../shared/state.ts';

const ROW_HEIGHT = 28;
export const LEVEL_WORDS: Record<LogLevel, string> = { debug: 'Debug', info: 'Info', warn: 'Warning', error: 'Error' };
const LEVEL_CHOICES: readonly { level: LogLevel; label: string }[] = [
  { level: 'debug', label: 'All' },
  { level: 'info', label: 'Info and up' },
  { level: 'warn', label: 'Warnings and errors' },
  { level: 'error', label: 'Errors' },
];

export function EventsScreen() {
  const log = useStore(liveStore, (state) => state.log);
  const { eventSearch, eventLevel, following, event } = useStore(viewStore);
  const found = useMemo(() => findEvents(log, eventLevel, eventSearch), [log, eventLevel, eventSearch]);
  const fresh = useFresh(found, following);
  const selected = event === undefined ? -1 : found.findIndex((entry) => entry.id === event);
  return (
    <section className="events" aria-label="Events">
      <h1 className="hidden" tabIndex={-1}>
        Events
      </h1>
      <EventsHead search={eventSearch} level={eventLevel} following={following} found={found} log={log} fresh={fresh} />
      {found.length > 0 ? (
        <VirtualList
          label="Event list"
          items={found}
          rowHeight={ROW_HEIGHT}
          keyOf={(entry) => entry.id}
          render={(entry) => <EventRow entry={entry} />}
          rowClass={(entry) => `level-${entry.level}`}
          selected={selected}
          onSelect={(entry) => setView({ event: entry.id, following: false })}
          stickToEnd={following}
          onScrolled={(atEnd) => {
            if (!atEnd && viewStore.getState().following) setView({ following: false });
          }}
        />
      ) : (
        <NoEvents filtered={log.length > 0} />
      )}
      {found[selected] && <EventDetail entry={found[selected]} />}
    </section>
  );
}

interface HeadProps {
  search: string;
  level: LogLevel;
  following: boolean;
  found: readonly LogEntry[];
  log: readonly LogEntry[];
  /** Came since the list was paused. */
  fresh: number;
}

function EventsHead({ search, level, following, found, log, fresh }: HeadProps) {
  const counts = useMemo(() => countLevels(log), [log]);
  const [shown, all] = [found.length, log.length];
  return (
    <div className="events-head">
      <SearchBox
        label="Search events"
        value={search}
        onSearch={(text) => setView({ eventSearch: text })}
        rows=".events .rows"
      />
      <select
        aria-label="Level"
        className="events-level"
        value={level}
        onChange={(event) => setView({ eventLevel: event.target.value as LogLevel })}
      >
        {LEVEL_CHOICES.map((choice) => (
          <option key={choice.level} value={choice.level}>
            {`${choice.label} (${formatCount(counts[choice.level])})`}
          </option>
        ))}
      </select>
      <span className="muted num events-count">
        {shown === all ? plural(all, 'event') : `${formatCount(shown)} of ${plural(all, 'event')}`}
      </span>
      <span className="grow" />
      <TimeChoice />
      <ExportEvents entries={found} />
      <Button title="Show the log file in its folder" onClick={() => void revealFile('log')}>
        <FolderOpen size={14} aria-hidden /> Log file
      </Button>
      <Button onClick={() => setView({ following: !following, event: undefined })}>
        {following ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />} {following ? 'Pause' : 'Follow'}
        {fresh > 0 && <span className="muted num">{formatCount(fresh)} new</span>}
      </Button>
    </div>
  );
}

function TimeChoice() {
  const time = useStore(eventView, (state) => state.time);
  return (
    <select
      aria-label="Times as"
      className="events-time"
      value={time}
      onChange={(event) => eventView.setState({ time: event.target.value as TimeFormat })}
    >
      {TIME_FORMATS.map((format) => (
        <option key={format} value={format}>
          {TIME_WORDS[format]}
        </option>
      ))}
    </select>
  );
}

/** How many came since the list was paused: it stands still while it is read. */
function useFresh(found: readonly LogEntry[], following: boolean): number {
  const newest = found.at(-1)?.id ?? 0;
  const [seen, setSeen] = useState(newest);
  if (following && seen !== newest) setSeen(newest);
  return useMemo(() => (following ? 0 : found.filter(({ id }) => id > seen).length), [found, following, seen]);
}

/** Of each level and those above it, as the choices say. */
function countLevels(log: readonly LogEntry[]): Record<LogLevel, number> {
  const counts = { debug: 0, info: 0, warn: 0, error: 0 };
  for (const { level } of log) counts[level] += 1;
  const warn = counts.warn + counts.error;
  return { error: counts.error, warn, info: counts.info + warn, debug: log.length };
}

function EventRow({ entry }: { entry: LogEntry }) {
  const time = useStore(eventView, (state) => state.time);
  return (
    <div className="event-row">
      <time className="mono muted" dateTime={new Date(entry.at).toISOString()}>
        {formatEventTime(entry.at, time)}
      </time>
      <span className="event-level">{LEVEL_WORDS[entry.level]}</span>
      <span className="event-message">{entry.message}</span>
      <span className="mono muted event-name">{entry.event}</span>
    </div>
  );
}

function NoEvents({ filtered }: { filtered: boolean }) {
  return (
    <div className="empty">
      <p>
        {filtered
          ? 'No event matches.'
          : 'Nothing has happened yet. Starts, changes of the config and of health appear here.'}
      </p>
      {filtered && <Button onClick={() => setView({ eventSearch: '', eventLevel: 'debug' })}>Show all</Button>}
    </div>
  );
}
