/** The list of services: state, name, what it is, where it answers, what it uses. */
import { useStore } from 'zustand';
import { Plus } from 'lucide-react';
import { Button } from '../../parts/button.tsx';
import { formatBytes } from '../../parts/format.ts';
import { HealthShape } from '../../parts/health-mark.tsx';
import { SearchBox } from '../../parts/search-box.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { openServiceForm } from '../../store/service-form.ts';
import { chooseService, serviceView } from '../../store/service-view.ts';
import { domainText, kindText, percentText, SERVICE_WORDS, spanText, wordOf } from '../../store/service-words.ts';
import { isRunning, servicesStore } from '../../store/services.ts';
import { useNow } from '../../parts/use-now.ts';
import type { CatalogueEntry, ServicesReport, ServiceState } from '../../../shared/service.ts';

/** Two lines each. */
const ROW_HEIGHT = 52;

interface ServiceListProps {
  report: ServicesReport;
  found: readonly ServiceState[];
  selected: ServiceState | undefined;
}

export function ServiceList({ report, found, selected }: ServiceListProps) {
  const search = useStore(serviceView, (state) => state.search);
  const now = useNow();
  return (
    <>
      <div className="list-head">
        <SearchBox
          label="Search services"
          value={search}
          onSearch={(text) => serviceView.setState({ search: text })}
          rows=".list .rows"
        />
        <Button look="accent" onClick={() => openServiceForm()}>
          <Plus size={14} aria-hidden /> Add service
        </Button>
      </div>
      {found.length > 0 ? (
        <VirtualList
          label="Service list"
          items={found}
          rowHeight={ROW_HEIGHT}
          keyOf={({ name }) => name}
          render={(service) => <ServiceRow service={service} catalogue={report.catalogue} now={now} />}
          rowClass={({ status }) => `is-${status}`}
          selected={selected ? found.indexOf(selected) : -1}
          onSelect={({ name }) => chooseService(name)}
          onOpen={() => document.querySelector<HTMLElement>('.detail h1')?.focus()}
        />
      ) : (
        <NothingFound />
      )}
    </>
  );
}

function NothingFound() {
  return (
    <div className="empty">
      <p>No service matches.</p>
      <Button onClick={() => serviceView.setState({ search: '' })}>Show all</Button>
    </div>
  );
}

interface ServiceRowProps {
  service: ServiceState;
  catalogue: readonly CatalogueEntry[];
  now: number;
}

function ServiceRow({ service, catalogue, now }: ServiceRowProps) {
  const { name, status, port, domain, startedAt } = service;
  const usage = useStore(servicesStore, (state) => state.usage[name]);
  const { shape } = SERVICE_WORDS[status];
  const runs = isRunning(service);
  return (
    <div className="service-row">
      <HealthShape health={shape} />
      <span className="service-name">{name}</span>
      <span className="mono service-place">{port === undefined ? '' : `127.0.0.1:${port}`}</span>
      <span className={`service-word state-${shape}`}>{wordOf(service)}</span>
      <span className="service-kind">
        {kindText(service, catalogue)}
        <span className="service-remark">{remarkOf(service)}</span>
      </span>
      <span className="num service-usage">
        {runs && usage !== undefined && `${percentText(usage.cpuPercent)} · ${formatBytes(usage.memoryBytes)}`}
      </span>
      <span className="mono service-domain">{domain === undefined ? '' : domainText(domain)}</span>
      <span className="num service-since">{runs && startedAt !== undefined && `up ${spanText(now - startedAt)}`}</span>
    </div>
  );
}

function remarkOf({ inConfig, changes, status }: ServiceState): string {
  if (changes.length > 0) return ' · changed';
  return inConfig || ['failed', 'pulling', 'creating', 'starting'].includes(status) ? '' : ' · not in the config';
}
