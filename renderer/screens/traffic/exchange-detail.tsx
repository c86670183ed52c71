/** One exchange in full beside the list: overview, both messages, frames, why; and what can be done with it. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { Copy, Pencil, RotateCw, X } from 'lucide-react';
import { Button, IconButton } from '../../parts/button.tsx';
import { formatBytes, formatMoment, formatMs } from '../../parts/format.ts';
import { Failed, Loading } from '../../parts/states.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { showProblems } from '../../store/toasts.ts';
import { copyCurl, replay, urlOf } from '../../store/traffic-actions.ts';
import { select, TABS, trafficStore, trafficView, type Tab } from '../../store/traffic.ts';
import { useAnswer } from '../../store/use-answer.ts';
import { textOf } from '../../../shared/base64.ts';
import type { ExchangeRecord } from '../../../shared/capture.ts';
import type { Exchange } from '../../../shared/state.ts';
import { BodyView } from './body-view.tsx';
import { ExplainTab } from './explain-tab.tsx';
import { ResendForm } from './resend-form.tsx';
import { statusKind } from './traffic-row.tsx';
import { Waterfall } from './waterfall.tsx';

const TAB_WORDS: Record<Tab, string> = {
  overview: 'Overview',
  request: 'Request',
  response: 'Response',
  frames: 'Frames',
  explain: 'Explain',
};

export function ExchangeDetail({ exchange }: { exchange: Exchange }) {
  const imported = useStore(trafficStore, (state) => state.imported);
  const record = imported?.records.find(({ id }) => id === exchange.id);
  return record === undefined ? <LiveDetail exchange={exchange} /> : <Detail record={record} isImported />;
}

function LiveDetail({ exchange }: { exchange: Exchange }) {
  const { state, reload } = useAnswer('exchanges.get', { id: exchange.id });
  useEffect(() => reload(), [exchange, reload]); // an open WebSocket that closed
  if (state.phase === 'loading') return <Pane label="Exchange" content={<Loading what="Reading the exchange" />} />;
  if (state.phase === 'failed')
    return <Pane label="Exchange" content={<Failed problems={state.problems} onRetry={reload} />} />;
  return <Detail key={exchange.id} record={state.value} isImported={false} />;
}

function Pane({ label, content }: { label: string; content: React.ReactNode }) {
  return (
    <section className="exchange" aria-label={label}>
      {content}
    </section>
  );
}

function Detail({ record, isImported }: { record: ExchangeRecord; isImported: boolean }) {
  const [isEditing, setEditing] = useState(false);
  const kept = useStore(trafficView, (state) => state.tab);
  const tabs = TABS.filter(
    (tab) => (tab !== 'frames' || record.protocol === 'websocket') && (tab !== 'explain' || !isImported),
  );
  const tab = tabs.includes(kept) ? kept : 'overview';
  const leaveForm = (): void => {
    setEditing(false);
    document.querySelector<HTMLElement>('.exchange-actions [aria-expanded]')?.focus();
  };
  const content = (
    <>
      <header className="exchange-head">
        <span className={`mono status status-${statusKind(record)}`}>{record.status || 'none'}</span>
        <h2 className="mono" title={urlOf(record)}>
          {record.method} {urlOf(record)}
        </h2>
        <IconButton label="Close the exchange" icon={<X size={14} aria-hidden />} onClick={() => select(undefined)} />
      </header>
      <Actions record={record} isImported={isImported} onEdit={() => setEditing(!isEditing)} isEditing={isEditing} />
      {isEditing && <ResendForm record={record} onClose={leaveForm} />}
      <Tabs
        id="exchange"
        label="Parts of the exchange"
        tabs={tabs}
        words={TAB_WORDS}
        chosen={tab}
        onChoose={(next) => trafficView.setState({ tab: next })}
      />
      <div className="exchange-body" role="tabpanel" aria-label={TAB_WORDS[tab]} tabIndex={0}>
        <TabContent tab={tab} record={record} />
      </div>
    </>
  );
  return <Pane label="Exchange" content={content} />;
}

interface ActionsProps {
  record: ExchangeRecord;
  isImported: boolean;
  isEditing: boolean;
  onEdit: () => void;
}

function Actions({ record, isImported, isEditing, onEdit }: ActionsProps) {
  const again = async (): Promise<void> => {
    const problems = await replay(record.id);
    if (problems !== undefined) showProblems(problems);
  };
  const canSend = !isImported && record.protocol !== 'websocket';
  return (
    <div className="exchange-actions">
      {canSend && (
        <>
          <Button onClick={() => void again()}>
            <RotateCw size={14} aria-hidden /> Replay
          </Button>
          <Button onClick={onEdit} aria-expanded={isEditing}>
            <Pencil size={14} aria-hidden /> Edit and resend
          </Button>
        </>
      )}
      <Button onClick={() => void copyCurl(record)}>
        <Copy size={14} aria-hidden /> Copy as curl
      </Button>
    </div>
  );
}

const NOT_CAPTURED = 'Bodies are captured only while Capture is on, above the list.';

function TabContent({ tab, record }: { tab: Tab; record: ExchangeRecord }) {
  const { captured } = record;
  const note = captured?.isGone ? 'It was captured, and has made room for newer ones.' : NOT_CAPTURED;
  switch (tab) {
    case 'overview':
      return <Overview record={record} />;
    case 'request':
      return (
        <>
          <Headers title="Headers of the request" headers={record.requestHeaders} />
          <BodyView title="Body of the request" body={captured?.requestBody} note={note} />
        </>
      );
    case 'response':
      return (
        <>
          <Headers title="Headers of the response" headers={record.responseHeaders} />
          <BodyView title="Body of the response" body={captured?.responseBody} note={note} />
        </>
      );
    case 'frames':
      return <Frames captured={captured} note={note} />;
    case 'explain':
      return <ExplainTab id={record.id} />;
  }
}

/** Characters of an address that the three lines of the title hold in the narrowest pane. */
const TITLE_HOLDS = 100;

function Overview({ record }: { record: ExchangeRecord }) {
  const facts: [string, string | undefined][] = [
    ['Address', urlOf(record).length > TITLE_HOLDS ? urlOf(record) : undefined],
    ['Site', record.site],
    ['Route', record.route],
    ['Backend', record.backend],
    ['Asked for', record.backendPath],
    ['Error', record.error],
    ['Client', record.client],
    ['Protocol', record.protocol === 'websocket' ? 'WebSocket' : `HTTP/${record.protocol}${record.tls ? ', TLS' : ''}`],
    ['Began', formatMoment(record.startedAt)],
    ['Took', record.open ? 'still open' : formatMs(record.durationMs)],
    ['Size', `${formatBytes(record.bytesIn)} sent, ${formatBytes(record.bytesOut)} received`],
    ['Replay of', record.replayOf === undefined ? undefined : `#${record.replayOf}`],
    ['Tried', record.attempts.length > 1 ? record.attempts.map(({ backend }) => backend).join(' → ') : undefined],
  ];
  return (
    <>
      <Waterfall exchange={record} />
      <dl className="facts">
        {facts.map(([name, value]) =>
          value ? (
            <div key={name} className="pair">
              <dt>{name}</dt>
              <dd className="mono">{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </>
  );
}

function Headers({ title, headers }: { title: string; headers: readonly [string, string][] }) {
  if (headers.length === 0) return <p className="muted body-note">No headers.</p>;
  return (
    <dl className="facts" aria-label={title}>
      {headers.map(([name, value], index) => (
        <div key={index} className="pair">
          <dt className="mono">{name}</dt>
          <dd className="mono">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Frames({ captured, note }: { captured: ExchangeRecord['captured']; note: string }) {
  const frames = captured?.frames ?? [];
  if (frames.length === 0) return <p className="muted body-note">{captured === undefined ? note : 'No frame yet.'}</p>;
  return (
    <ol className="frames">
      {frames.map((frame, index) => (
        <li key={index}>
          <span className="num muted">{formatMs(frame.atMs)}</span>
          <span>{frame.from === 'client' ? '↑ client' : '↓ backend'}</span>
          <span className="muted">{frame.kind}</span>
          <span className="num">{formatBytes(frame.size)}</span>
          <span className="mono frame-text">
            {frame.kind === 'text' && !frame.isCompressed ? (textOf(frame.base64) ?? frame.base64) : frame.base64}
          </span>
        </li>
      ))}
    </ol>
  );
}
