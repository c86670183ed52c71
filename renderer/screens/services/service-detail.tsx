/** One service: its state, what is in its way, its figures, and how to connect, its log and its insides. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { ConnectTab } from './connect-tab.tsx';
import { InspectTab } from './inspect-tab.tsx';
import { LogTab } from './log-tab.tsx';
import { ServiceActions } from './service-actions.tsx';
import { ServiceNotes } from './service-notes.tsx';
import { ServiceProgress } from './service-progress.tsx';
import { useNow } from '../../parts/use-now.ts';
import { formatBytes } from '../../parts/format.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { forgetAsked } from '../../store/service-create.ts';
import { SERVICE_TABS, serviceView } from '../../store/service-view.ts';
import type { ServiceTab } from '../../store/service-view.ts';
import { domainText, kindText, percentText, SERVICE_WORDS, spanText, wordOf } from '../../store/service-words.ts';
import { isBusy, isRunning, servicesStore } from '../../store/services.ts';
import type { ServiceState } from '../../../shared/service.ts';

const TAB_WORDS: Record<ServiceTab, string> = { connect: 'Connect', log: 'Log', inspect: 'Inspect' };
const NO_CATALOGUE = [] as const;

export function ServiceDetail({ service }: { service: ServiceState }) {
  const tab = useStore(serviceView, (state) => state.tab);
  const hasContainer = service.container !== undefined;
  const { name, inConfig } = service;
  useEffect(() => {
    if (inConfig) forgetAsked(name);
  }, [name, inConfig]);
  return (
    <section className={`detail service-detail ${tab === 'log' && hasContainer ? 'is-log' : ''}`} aria-label="Service">
      <ServiceHead service={service} />
      {isBusy(service) && <ServiceProgress service={service} />}
      <ServiceNotes service={service} />
      {isRunning(service) && <Figures service={service} />}
      {hasContainer && (
        <>
          <Tabs
            id="service"
            label="Parts of the service"
            tabs={SERVICE_TABS}
            words={TAB_WORDS}
            chosen={tab}
            onChoose={(next) => serviceView.setState({ tab: next })}
          />
          <div className="tab-body" role="tabpanel" id="service-panel" aria-labelledby={`service-tab-${tab}`}>
            {tab === 'connect' && <ConnectTab key={`${service.container} ${service.port}`} service={service} />}
            {tab === 'log' && <LogTab service={service} />}
            {tab === 'inspect' && <InspectTab service={service} />}
          </div>
        </>
      )}
    </section>
  );
}

function ServiceHead({ service }: { service: ServiceState }) {
  const catalogue = useStore(servicesStore, (state) => state.report?.catalogue ?? NO_CATALOGUE);
  const { name, status, domain, image } = service;
  return (
    <header className="detail-head">
      <div className="detail-title">
        <h1 tabIndex={-1}>{name}</h1>
        <StateMark shape={SERVICE_WORDS[status].shape} word={wordOf(service)} />
      </div>
      <ServiceActions service={service} />
      <p className="service-what muted">
        <span title={image}>{kindText(service, catalogue)}</span>
        {domain !== undefined && (
          <>
            {' · '}
            <span className="mono">{domainText(domain)}</span>
            {' for '}
            {domain.allowedCidrs.length === 0 ? 'this machine' : `this machine and ${domain.allowedCidrs.join(', ')}`}
          </>
        )}
      </p>
    </header>
  );
}

function Figures({ service: { name, startedAt } }: { service: ServiceState }) {
  const usage = useStore(servicesStore, (state) => state.usage[name]);
  const now = useNow();
  const limit = usage?.memoryLimitBytes ?? 0;
  return (
    <dl className="figures">
      <Figure label="CPU" value={usage === undefined ? '–' : percentText(usage.cpuPercent)} />
      <Figure
        label="Memory"
        value={usage === undefined ? '–' : formatBytes(usage.memoryBytes)}
        of={limit > 0 ? formatBytes(limit) : undefined}
      />
      {startedAt !== undefined && <Figure label="Up for" value={spanText(now - startedAt)} />}
    </dl>
  );
}

function Figure({ label, value, of }: { label: string; value: string; of?: string | undefined }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {value}
        {of !== undefined && <span className="figure-of"> of {of}</span>}
      </dd>
    </div>
  );
}
