/** Trust: the root, who trusts it, lines for programs with stores of their own, and all certificates. */
import { LeavesSection } from './leaves-section.tsx';
import { OrdersSection } from './orders-section.tsx';
import { ReadySection } from './ready-section.tsx';
import { RootSection } from './root-section.tsx';
import { StoresSection } from './stores-section.tsx';
import { Page } from '../../parts/page.tsx';
import { Failed, Loading } from '../../parts/states.tsx';
import { runDoctor } from '../../store/doctor.ts';
import { useAnswer } from '../../store/use-answer.ts';
import '../../style/system.css';

export function CertificatesScreen() {
  const trust = useAnswer('trust.status');
  const certificates = useAnswer('certificates.list');
  const onChanged = (): void => {
    trust.reload();
    certificates.reload();
    void runDoctor();
  };
  const { state } = certificates;
  return (
    <Page title="Trust" lead="Who signs for your sites, and who believes it.">
      {state.phase === 'loading' && <Loading what="Reading the certificates" />}
      {state.phase === 'failed' && <Failed problems={state.problems} onRetry={certificates.reload} />}
      {state.phase === 'ready' && <RootSection root={state.value.root} onChanged={onChanged} />}
      <StoresSection trust={trust.state} onRetry={trust.reload} onChanged={onChanged} />
      {trust.state.phase === 'ready' && <ReadySection lines={trust.state.value.lines} />}
      {state.phase === 'ready' && (
        <>
          <LeavesSection certificates={state.value.certificates} />
          <OrdersSection orders={state.value.orders} onChanged={onChanged} />
        </>
      )}
    </Page>
  );
}
