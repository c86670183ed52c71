/** Services: databases in containers, listed beside one in full; made, watched and taken away here. */
import '../../style/entry-form.css';
import '../../style/services.css';
import '../../style/service-tabs.css';
import '../../style/service-start.css';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { DockerAway, NoDocker } from './docker-state.tsx';
import { LabelledSites } from './labelled-sites.tsx';
import { ServiceDetail } from './service-detail.tsx';
import { ServiceFormPanel } from './service-form.tsx';
import { ServiceList } from './service-list.tsx';
import { Starters } from './starters.tsx';
import { recoverFocus } from '../../actions/focus.ts';
import { Failed, Loading } from '../../parts/states.tsx';
import { serviceForm } from '../../store/service-form.ts';
import { watchUsage } from '../../store/service-usage.ts';
import { serviceView } from '../../store/service-view.ts';
import { loadServices, servicesStore } from '../../store/services.ts';
import type { ServicesReport, ServiceState } from '../../../shared/service.ts';

export function ServicesScreen() {
  const { phase, problems, report } = useStore(servicesStore);
  useEffect(() => void loadServices(), []);
  const isKnown = report !== undefined;
  useEffect(() => (isKnown ? watchUsage(() => serviceView.getState().chosen) : undefined), [isKnown]);
  if (report !== undefined) return <Services report={report} />;
  return (
    <section className="page" aria-label="Services">
      <h1 className="hidden" tabIndex={-1}>
        Services
      </h1>
      {phase === 'failed' ? (
        <Failed problems={problems} onRetry={() => void loadServices()} />
      ) : (
        <Loading what="Looking for Docker and its containers" />
      )}
    </section>
  );
}

function Services({ report }: { report: ServicesReport }) {
  useEffect(recoverFocus, [report.services.length, report.docker.available]);
  const { docker, services } = report;
  const search = useStore(serviceView, (state) => state.search);
  const chosen = useStore(serviceView, (state) => state.chosen);
  const hasForm = useStore(serviceForm, (state) => state.form !== undefined);
  const found = findServices(services, search);
  const service = services.find(({ name }) => name === chosen) ?? found[0] ?? services[0];
  const isAway = !docker.available && docker.isUnknown !== true;
  if (isAway && services.length === 0 && !hasForm) return <NoDocker docker={docker} />;
  return (
    <div className="services-screen">
      {isAway && <DockerAway docker={docker} />}
      <div className={`services ${service === undefined ? 'is-empty' : ''}`}>
        {service !== undefined && (
          <section className="list" aria-label="Services">
            <ServiceList report={report} found={found} selected={service} />
            <LabelledSites labelled={report.labelled} />
          </section>
        )}
        <div className="work">
          {service === undefined ? (
            <Starters report={report} />
          ) : (
            <ServiceDetail key={service.name} service={service} />
          )}
          <ServiceFormPanel report={report} />
        </div>
      </div>
    </div>
  );
}

/** Every word stands in what is told of it. */
function findServices(services: readonly ServiceState[], search: string): readonly ServiceState[] {
  const words = search.trim().toLowerCase().split(/\s+/);
  return services.filter(({ name, type, image, status, domain }) => {
    const text = `${name} ${type} ${image} ${status} ${domain?.name ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
