/** The root CA of this home: the names it may sign for, how long it is good, and its renewal. */
import { formatDay, fromNow } from '../../parts/days.ts';
import { Notes } from '../../parts/notes.tsx';
import { Section } from '../../parts/page.tsx';
import { PlanButton } from '../../parts/plan-button.tsx';
import { Empty } from '../../parts/states.tsx';
import { renewRoot } from '../../store/planned.ts';
import type { RootState } from '../../../shared/certificate.ts';

export function RootSection({ root, onChanged }: { root: RootState; onChanged: () => void }) {
  if (!root.exists) {
    return (
      <Section title="Root">
        <Empty title="No root yet">
          <p className="muted">It is made for the names of your sites when the first https page is opened.</p>
        </Empty>
      </Section>
    );
  }
  const outside = root.outside.length === 0 ? [] : [outsideNote(root.outside)];
  return (
    <Section title="Root" actions={<PlanButton change={renewRoot()} onDone={onChanged} />}>
      <Notes problems={[...outside, ...root.problems]} />
      <Facts root={root} />
    </Section>
  );
}

const outsideNote = (names: readonly string[]): { message: string; fix: string } => ({
  message: `It may not sign for ${names.join(', ')}: it was made for other names.`,
  fix: 'Renew it, then trust it again.',
});

function Facts({ root }: { root: RootState }) {
  return (
    <dl className="facts">
      <dt>Name</dt>
      <dd>{root.name}</dd>
      <dt>May sign for</dt>
      <dd className="tags">
        {root.permitted === undefined
          ? 'any name: it is not constrained'
          : root.permitted.map((name) => (
              <span key={name} className="tag mono">
                {name}
              </span>
            ))}
      </dd>
      {root.notBefore !== undefined && root.notAfter !== undefined && (
        <>
          <dt>Valid</dt>
          <dd>
            {formatDay(root.notBefore)} to {formatDay(root.notAfter)}{' '}
            <span className="muted">ends {fromNow(root.notAfter)}</span>
          </dd>
        </>
      )}
      <dt>Key</dt>
      <dd>
        {root.keeper === undefined || root.keeper === 'file'
          ? 'a file that only you can read'
          : `wrapped by ${root.keeper}`}
      </dd>
      <dt>Fingerprint</dt>
      <dd className="mono">{root.fingerprint256}</dd>
      <dt>File</dt>
      <dd className="mono">{root.file}</dd>
      {root.former.length > 0 && (
        <>
          <dt>Former roots</dt>
          <dd>{root.former.length}, taken out of a store when the present one is trusted there</dd>
        </>
      )}
    </dl>
  );
}
