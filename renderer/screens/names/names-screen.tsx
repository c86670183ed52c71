/** Names: how this system finds them, what answers each, a name to test, the query log, and what was changed for it. */
import { ChangesSection } from './changes-section.tsx';
import { HostsSection } from './hosts-section.tsx';
import { QueriesSection } from './queries-section.tsx';
import { SystemSection } from './system-section.tsx';
import { TestSection } from './test-section.tsx';
import { Page } from '../../parts/page.tsx';
import { runDoctor } from '../../store/doctor.ts';
import { useAnswer } from '../../store/use-answer.ts';
import '../../style/system.css';
import '../../style/names.css';

export function NamesScreen() {
  const status = useAnswer('names.status');
  const changes = useAnswer('changes.list');
  const onChanged = (): void => {
    status.reload();
    changes.reload();
    void runDoctor();
  };
  return (
    <Page title="Names" lead="Which names Mogoly answers, and how this system comes to ask.">
      <SystemSection status={status.state} onRetry={status.reload} onChanged={onChanged} />
      <TestSection />
      <HostsSection status={status.state} />
      <QueriesSection />
      <ChangesSection changes={changes.state} onRetry={changes.reload} onChanged={onChanged} />
    </Page>
  );
}
