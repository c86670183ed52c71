/** The live log of queries to our DNS. */
import { useMemo, useState } from 'react';
import { Pause, Play } from 'lucide-react';
import { Button } from '../../parts/button.tsx';
import { formatMs, formatTime } from '../../parts/format.ts';
import { Section } from '../../parts/page.tsx';
import { SearchBox } from '../../parts/search-box.tsx';
import { Empty, Loading } from '../../parts/states.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { findQueries, useQueries } from '../../store/queries.ts';
import type { DnsQuery } from '../../../shared/dns.ts';

const ROW_HEIGHT = 28;

export function QueriesSection() {
  const [following, setFollowing] = useState(true);
  const [search, setSearch] = useState('');
  const [selected, setSelected] = useState<DnsQuery | undefined>();
  const queries = useQueries(following);
  const found = useMemo(() => findQueries(queries?.list ?? [], search), [queries, search]);
  return (
    <Section
      title="Queries"
      actions={
        <>
          <SearchBox label="Search queries" value={search} onSearch={setSearch} rows=".queries .rows" />
          <Button onClick={() => setFollowing(!following)}>
            {following ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}{' '}
            {following ? 'Pause' : 'Follow'}
          </Button>
        </>
      }
    >
      {queries === undefined && <Loading what="Reading the log" />}
      {queries?.problems.map(({ message }) => (
        <p key={message} role="alert">
          {message}
        </p>
      ))}
      {queries !== undefined && found.length === 0 && (
        <Empty title={queries.list.length > 0 ? 'No query matches' : 'Nobody has asked yet'}>
          {queries.list.length === 0 && (
            <p className="muted">Open a site in a browser, or test a name above; each question appears here.</p>
          )}
        </Empty>
      )}
      {found.length > 0 && (
        <div className="queries">
          <VirtualList
            label="Query list"
            items={found}
            rowHeight={ROW_HEIGHT}
            keyOf={(query) => keyOf(query, found)}
            render={(query) => <QueryRow query={query} />}
            selected={selected === undefined ? -1 : found.findIndex((query) => isSame(query, selected))}
            onSelect={setSelected}
          />
        </div>
      )}
    </Section>
  );
}

/** Queries have no number of their own; each answer of the engine is another list. */
const keyOf = (query: DnsQuery, list: readonly DnsQuery[]): number => list.length - list.indexOf(query);

const isSame = (a: DnsQuery, b: DnsQuery): boolean =>
  a.at === b.at && a.name === b.name && a.type === b.type && a.client === b.client;

function QueryRow({ query: { at, name, type, rcode, source, client, durationMs, upstream } }: { query: DnsQuery }) {
  const isBad = rcode !== 'NOERROR';
  return (
    <div className="query-row">
      <time className="mono muted" dateTime={new Date(at).toISOString()}>
        {formatTime(at)}
      </time>
      <span className="mono">{name}</span>
      <span className="mono muted">{type}</span>
      <span className={isBad ? 'state-degraded' : 'muted'}>{rcode}</span>
      <span className="muted query-source">{upstream === undefined ? source : `${source} ${upstream}`}</span>
      <span className="mono muted query-client">{client}</span>
      <span className="num muted">{formatMs(durationMs)}</span>
    </div>
  );
}
