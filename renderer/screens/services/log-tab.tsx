/** The log of a service: followed or paused, narrowed by text, each line in full on request, written to a file. */
import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { Copy, Download, Pause, Play } from 'lucide-react';
import { bridge } from '../../bridge.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { formatCount, formatTime, plural } from '../../parts/format.ts';
import { SearchBox } from '../../parts/search-box.tsx';
import { Failed, Loading } from '../../parts/states.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { copyText } from '../../store/changes.ts';
import { followLog, logText, serviceLog } from '../../store/service-log.ts';
import type { LogLine } from '../../store/service-log.ts';
import { showProblems, showToast } from '../../store/toasts.ts';
import type { ServiceState } from '../../../shared/service.ts';

const ROW_HEIGHT = 24;

export function LogTab({ service: { name } }: { service: ServiceState }) {
  useEffect(() => followLog(name), [name]);
  const log = useStore(serviceLog);
  if (log.name !== name || (log.phase === 'loading' && log.lines.length === 0))
    return <Loading what="Reading the log" />;
  if (log.phase === 'failed' && log.lines.length === 0)
    return <Failed problems={log.problems} onRetry={() => serviceLog.setState({ phase: 'loading' })} />;
  return <Log key={name} name={name} lines={log.lines} said={log.problems[0]?.message} />;
}

interface LogView {
  search: string;
  found: readonly LogLine[];
  all: number;
  isPaused: boolean;
  /** Came since it was paused. */
  fresh: number;
  /** The line shown in full. */
  line: LogLine | undefined;
  setSearch: (search: string) => void;
  choose: (id: number) => void;
  pause: () => void;
  follow: () => void;
}

/** Paused, the list ends where it ended: it stands still while it is read. */
function useLogView(lines: readonly LogLine[]): LogView {
  const [search, setSearch] = useState('');
  const [pausedAt, setPausedAt] = useState<number>();
  const [chosen, setChosen] = useState<number>();
  const found = useMemo(
    () => findLines(pausedAt === undefined ? lines : lines.filter(({ id }) => id <= pausedAt), search),
    [lines, pausedAt, search],
  );
  const last = lines.at(-1)?.id ?? 0;
  const pause = (): void => setPausedAt((at) => at ?? last);
  return {
    search,
    found,
    all: lines.length,
    isPaused: pausedAt !== undefined,
    fresh: pausedAt === undefined ? 0 : last - pausedAt,
    line: found.find(({ id }) => id === chosen),
    setSearch,
    choose(id) {
      pause();
      setChosen(id);
    },
    pause,
    follow() {
      setPausedAt(undefined);
      setChosen(undefined);
    },
  };
}

function Log({ name, lines, said }: { name: string; lines: readonly LogLine[]; said: string | undefined }) {
  const view = useLogView(lines);
  const { found, line } = view;
  return (
    <section className="service-log" aria-label="Log">
      <LogHead name={name} view={view} />
      {said !== undefined && (
        <p className="service-log-said" role="status">
          {said} What is shown is from before.
        </p>
      )}
      {found.length > 0 ? (
        <VirtualList
          label="Log lines"
          items={found}
          rowHeight={ROW_HEIGHT}
          keyOf={({ id }) => id}
          render={(each) => <Line line={each} />}
          rowClass={({ stream }) => `is-${stream}`}
          selected={line === undefined ? -1 : found.indexOf(line)}
          onSelect={({ id }) => view.choose(id)}
          onOpen={() => document.querySelector<HTMLElement>('.service-log-line')?.focus()}
          stickToEnd={!view.isPaused}
          onScrolled={(atEnd) => {
            if (!atEnd) view.pause();
          }}
        />
      ) : (
        <p className="empty muted">{lines.length === 0 ? 'It has not said anything yet.' : 'No line matches.'}</p>
      )}
      {line !== undefined && (
        <pre className="service-log-line" tabIndex={0} aria-label="The line in full">
          {line.text}
        </pre>
      )}
    </section>
  );
}

function LogHead({ name, view }: { name: string; view: LogView }) {
  const { search, found, all, isPaused, fresh } = view;
  return (
    <div className="service-log-head">
      <SearchBox label="Filter the log" value={search} onSearch={view.setSearch} rows=".service-log .rows" />
      <span className="muted num">
        {found.length === all ? formatCount(all) : `${formatCount(found.length)} of ${formatCount(all)}`}
      </span>
      <span className="grow" />
      <IconButton
        label="Copy what is shown"
        icon={<Copy size={14} aria-hidden />}
        disabled={found.length === 0}
        onClick={() => void copyLines(found)}
      />
      <IconButton
        label="Write it to a file"
        icon={<Download size={14} aria-hidden />}
        disabled={found.length === 0}
        onClick={() => void saveLines(name, found)}
      />
      <Button onClick={isPaused ? view.follow : view.pause}>
        {isPaused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
        {isPaused ? 'Follow' : 'Pause'}
        {fresh > 0 && <span className="muted num">{formatCount(fresh)} new</span>}
      </Button>
    </div>
  );
}

function Line({ line: { at, stream, text } }: { line: LogLine }) {
  const moment = Date.parse(at);
  return (
    <div className="log-line mono">
      <time className="muted" dateTime={at}>
        {Number.isNaN(moment) ? '' : formatTime(moment)}
      </time>
      {stream === 'stderr' ? <span className="log-stream">err</span> : <span className="muted log-stream">out</span>}
      <span className="log-text">{text}</span>
    </div>
  );
}

/** Every word stands in the line. */
function findLines(lines: readonly LogLine[], search: string): readonly LogLine[] {
  const words = search.trim().toLowerCase().split(/\s+/);
  if (words[0] === '') return lines;
  return lines.filter(({ text }) => {
    const within = text.toLowerCase();
    return words.every((word) => within.includes(word));
  });
}

async function copyLines(lines: readonly LogLine[]): Promise<void> {
  if (await copyText(logText(lines))) showToast({ kind: 'note', message: `${plural(lines.length, 'line')} copied.` });
}

async function saveLines(name: string, lines: readonly LogLine[]): Promise<void> {
  const answer = await bridge.callApp('app.saveText', { suggestedName: `${name}.log`, text: logText(lines) });
  if (!answer.ok) return showProblems(answer.problems);
  const { file } = answer.value;
  if (file !== null) showToast({ kind: 'note', message: `${plural(lines.length, 'line')} written to ${file}.` });
}
