/** The revisions so far: a list, what each of them changed, and the way back. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { Empty, Failed, Loading } from '../../parts/states.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { formatDay } from '../../parts/format.ts';
import { liveStore } from '../../store/live.ts';
import { useAnswer } from '../../store/use-answer.ts';
import { RevisionDetail } from './revision-detail.tsx';
import { sourceWord } from './source-word.ts';
import type { Revision } from '../../../shared/state.ts';

const ROW_HEIGHT = 48;

export function HistoryPane() {
  const { state, reload } = useAnswer('config.history');
  const revision = useStore(liveStore, (live) => live.snapshot?.revision);
  const [chosen, setChosen] = useState<number>();
  useEffect(reload, [reload, revision]);
  if (state.phase === 'loading') return <Loading what="Reading the history" />;
  if (state.phase === 'failed') return <Failed problems={state.problems} onRetry={reload} />;
  const revisions = state.value;
  if (revisions.length === 0) {
    return (
      <Empty title="No revision yet">
        <p className="muted">Every config that is put in force is kept here, to be compared and gone back to.</p>
      </Empty>
    );
  }
  const found = revisions.findIndex(({ id }) => id === chosen);
  const index = found === -1 ? 0 : found;
  const shown = revisions[index]!;
  return (
    <div className="config-history">
      <div className="config-revisions">
        <VirtualList
          label="Revisions"
          items={revisions}
          rowHeight={ROW_HEIGHT}
          keyOf={({ id }) => id}
          render={(item) => <RevisionRow revision={item} />}
          selected={index}
          onSelect={({ id }) => setChosen(id)}
        />
      </div>
      <RevisionDetail
        key={shown.id}
        revision={shown}
        before={revisions[index + 1]}
        current={revisions.find((item) => item.current)}
      />
    </div>
  );
}

function RevisionRow({ revision: { id, at, source, summary, current } }: { revision: Revision }) {
  return (
    <div className="revision-row">
      <span className="num revision-id">{id}</span>
      <span className="revision-summary">{summary === '' ? 'No site changed' : summary}</span>
      {current && <span className="tag">in force</span>}
      <span className="muted revision-when">
        <time dateTime={new Date(at).toISOString()}>{formatDay(at)}</time> {sourceWord(source)}
      </span>
    </div>
  );
}
