/** Above the list: the filter with what is wrong in it, pause, capture, archives, clear. */
import { useEffect, useRef, useState } from 'react';
import { DropdownMenu } from 'radix-ui';
import { useStore } from 'zustand';
import { ChevronDown, Circle, CircleDot, Pause, Play, Search } from 'lucide-react';
import { Button } from '../../parts/button.tsx';
import { formatCount, plural } from '../../parts/format.ts';
import { Words } from '../../parts/words.tsx';
import { clearAll, exportHar, importHar, setCapture } from '../../store/traffic-actions.ts';
import { pause, resume, showImported, trafficStore, trafficView } from '../../store/traffic.ts';
import { bridge } from '../../bridge.ts';
import type { CaptureState } from '../../../shared/capture.ts';
import { FILTER_KEYS, type Filter } from '../../../shared/exchange-filter.ts';
import type { Exchange } from '../../../shared/state.ts';

/** Of a term that cannot be read; the box above has the whole. */
const TERM_SHOWN = 40;

interface HeadProps {
  filter: Filter;
  text: string;
  found: readonly Exchange[];
  all: number;
}

export function TrafficHead({ filter, text, found, all }: HeadProps) {
  return (
    <>
      <div className="traffic-head">
        <FilterBox text={text} hasProblem={filter.problems.length > 0} />
        <span className="muted num traffic-count">
          {found.length === all ? plural(all, 'request') : `${formatCount(found.length)} of ${plural(all, 'request')}`}
        </span>
        <Skipped />
        <span className="grow" />
        <CaptureSwitch />
        <Files found={found} />
        <PauseButton />
      </div>
      {filter.problems.map(({ message, fix, start, end }) => (
        <p key={start} id="filter-problem" className="filter-problem" role="alert">
          <span className="mono">{text.slice(start, Math.min(end, start + TERM_SHOWN))}</span> {message}{' '}
          <span className="muted">{fix}</span>
        </p>
      ))}
    </>
  );
}

function FilterBox({ text, hasProblem }: { text: string; hasProblem: boolean }) {
  const [isHelping, setHelping] = useState(false);
  const leave = (event: React.KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Escape') trafficView.setState({ filter: '' });
    if (event.key !== 'Escape' && event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    document.querySelector<HTMLElement>('.traffic .rows')?.focus();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="filter-box" onFocus={() => setHelping(true)} onBlur={() => setHelping(false)}>
      <label className="search">
        <Search size={14} aria-hidden />
        <input
          type="search"
          aria-label="Filter requests"
          aria-invalid={hasProblem}
          aria-describedby={hasProblem ? 'filter-problem' : undefined}
          placeholder="status:5xx >200ms"
          spellCheck={false}
          value={text}
          onChange={(event) => trafficView.setState({ filter: event.target.value })}
          onKeyDown={leave}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      {isHelping && text === '' && <FilterHelp />}
    </div>
  );
}

function FilterHelp() {
  return (
    <dl className="filter-help">
      {Object.entries(FILTER_KEYS).map(([key, { what, example }]) => (
        <div key={key} className="pair">
          <dt className="mono">{example}</dt>
          <dd>
            <Words text={what} />
          </dd>
        </div>
      ))}
      <div className="pair">
        <dt className="mono">&gt;200ms &lt;1s</dt>
        <dd>How long it took</dd>
      </div>
      <div className="pair">
        <dt className="mono">-method:GET &quot;a b&quot;</dt>
        <dd>- for not, quotes for text</dd>
      </div>
    </dl>
  );
}

function PauseButton() {
  const isPaused = useStore(trafficStore, (state) => state.isPaused);
  const missed = useStore(trafficStore, (state) => state.missed);
  return (
    <Button onClick={() => (isPaused ? resume() : pause())} title="Space">
      {isPaused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
      {isPaused ? 'Resume' : 'Pause'}
      {missed > 0 && <span className="num muted">{formatCount(missed)} new</span>}
    </Button>
  );
}

/** The list says what it lacks. */
function Skipped() {
  const skipped = useStore(trafficStore, (state) => state.skipped);
  if (skipped === 0) return null;
  return (
    <span
      className="muted num traffic-count"
      title="They passed faster than the window is told; they were routed all the same."
    >
      {formatCount(skipped)} not listed
    </span>
  );
}

function CaptureSwitch() {
  const [state, setState] = useState<CaptureState>();
  useEffect(() => {
    void bridge.call('capture.get', {}).then((answer) => answer.ok && setState(answer.value));
  }, []);
  if (state === undefined) return null;
  const isOn = state.enabled;
  return (
    <Button
      aria-pressed={isOn}
      className={isOn ? 'capture-on' : ''}
      title="Keeps up to 64 KiB of each body and WebSocket frame in memory, 32 MiB in all; nothing is written to disk, and credentials are hidden."
      onClick={() => void setCapture(state, !isOn).then(setState)}
    >
      {isOn ? <CircleDot size={14} aria-hidden /> : <Circle size={14} aria-hidden />}
      {isOn ? 'Capturing bodies' : 'Capture bodies'}
    </Button>
  );
}

function Files({ found }: { found: readonly Exchange[] }) {
  const input = useRef<HTMLInputElement>(null);
  const [work, setWork] = useState<{ done: number; total: number; end: AbortController }>();
  const imported = useStore(trafficStore, (state) => state.imported);
  const save = async (): Promise<void> => {
    const end = new AbortController();
    setWork({ done: 0, total: found.length, end });
    await exportHar(found, (done) => setWork({ done, total: found.length, end }), end.signal);
    setWork(undefined);
  };
  if (work !== undefined)
    return (
      <Button onClick={() => work.end.abort()}>
        Cancel <span className="num muted">{`${formatCount(work.done)} of ${plural(work.total, 'request')}`}</span>
      </Button>
    );
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept=".har,application/json"
        aria-label="HTTP archive"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void importHar(file);
          event.target.value = '';
        }}
      />
      <ArchiveMenu canExport={found.length > 0} onImport={() => input.current?.click()} onExport={() => void save()} />
      <Button onClick={() => (imported === undefined ? void clearAll() : showImported(undefined))}>
        {imported === undefined ? 'Clear' : 'Back to live'}
      </Button>
    </>
  );
}

interface ArchiveMenuProps {
  canExport: boolean;
  onImport: () => void;
  onExport: () => void;
}

/** Not modal: what locks the scrolling of a page writes a style element, which the CSP forbids. */
function ArchiveMenu({ canExport, onImport, onExport }: ArchiveMenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button" title="HTTP archive: what browsers and other tools read and write">
        HAR <ChevronDown size={12} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Item className="menu-item" disabled={!canExport} onSelect={onExport}>
            Export what is listed
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={onImport}>
            Import a file
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
