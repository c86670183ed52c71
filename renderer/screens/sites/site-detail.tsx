/** One site: its address, its figures, what is broken, and a section for each route. */
import { useState } from 'react';
import { Copy, ExternalLink, Pencil, Trash2 } from 'lucide-react';
import { RemoveSiteDialog } from './remove-site-dialog.tsx';
import { PlainRoutes, RouteSection } from './route-section.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { formatCount } from '../../parts/format.ts';
import { HealthMark, HealthShape } from '../../parts/health-mark.tsx';
import { copyText, openUrl, setSite } from '../../store/changes.ts';
import { openDraft } from '../../store/draft.ts';
import { backendsOfSite } from '../../store/live-state.ts';
import { showToast } from '../../store/toasts.ts';
import type { SiteState } from '../../../shared/state.ts';

export function SiteDetail({ site, isSample }: { site: SiteState; isSample: boolean }) {
  const proxied = site.routes
    .filter((route) => route.kind === 'proxy')
    .sort((a, b) => Number(b.path === '/') - Number(a.path === '/'));
  return (
    <section className="detail" aria-label="Site">
      <SiteHead site={site} />
      {isSample && (
        <p className="hint">This is a sample. Open its address to see what answers, and the request counted here.</p>
      )}
      <Figures site={site} />
      <Broken site={site} />
      {proxied.map((route) => (
        <RouteSection key={route.path} site={site} route={route} />
      ))}
      <PlainRoutes routes={site.routes.filter((route) => route.kind !== 'proxy')} />
    </section>
  );
}

function SiteHead({ site }: { site: SiteState }) {
  const [removing, setRemoving] = useState(false);
  const edit = (): void => void openDraft({ form: 'site.edit', site: site.name });
  const toggle = (): void =>
    void setSite(site, { disabled: !site.disabled }, `${site.name} ${site.disabled ? 'enabled' : 'disabled'}.`);
  return (
    <header className="detail-head">
      <div className="detail-title">
        <h1 className="mono" tabIndex={-1}>
          {site.name}
        </h1>
        <HealthMark health={site.health} disabled={site.disabled} />
      </div>
      <div className="actions">
        <Button onClick={edit}>
          <Pencil size={14} aria-hidden /> Edit site
        </Button>
        <Button onClick={toggle}>{site.disabled ? 'Enable site' : 'Disable site'}</Button>
        <IconButton label="Remove site" icon={<Trash2 size={14} aria-hidden />} onClick={() => setRemoving(true)} />
      </div>
      <Address site={site} />
      {removing && <RemoveSiteDialog site={site} onClose={() => setRemoving(false)} />}
    </header>
  );
}

function Address({ site }: { site: SiteState }) {
  const copy = async (): Promise<void> => {
    if (await copyText(site.url)) showToast({ kind: 'note', message: 'Address copied.' });
  };
  const others = site.hosts.slice(1);
  return (
    <div className="address">
      <span className="mono address-url">{site.url}</span>
      <Button look="quiet" onClick={() => void openUrl(site.url)}>
        <ExternalLink size={14} aria-hidden /> Open
      </Button>
      <Button look="quiet" onClick={() => void copy()}>
        <Copy size={14} aria-hidden /> Copy
      </Button>
      {others.length > 0 && (
        <span className="muted address-others">
          also{' '}
          {others.map((host) => (
            <code key={host} className="tag">
              {host}
            </code>
          ))}
        </span>
      )}
    </div>
  );
}

function Figures({ site }: { site: SiteState }) {
  const backends = backendsOfSite(site);
  const enabled = backends.filter((backend) => !backend.disabled);
  const serving = enabled.filter((backend) => backend.health === 'healthy' || backend.health === 'unknown');
  const failures = backends.reduce((sum, backend) => sum + backend.failures, 0);
  return (
    <dl className="figures">
      <Figure label="Requests" value={formatCount(site.requests)} />
      <Figure label="Active now" value={formatCount(backends.reduce((sum, backend) => sum + backend.active, 0))} />
      <Figure label="Failures" value={formatCount(failures)} />
      {enabled.length > 0 && (
        <Figure
          label="Backends up"
          value={String(serving.length)}
          of={String(enabled.length)}
          bad={serving.length === 0}
        />
      )}
    </dl>
  );
}

function Figure({ label, value, of, bad = false }: { label: string; value: string; of?: string; bad?: boolean }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className={bad ? 'state-down' : ''}>
        {value}
        {of !== undefined && <span className="figure-of"> of {of}</span>}
      </dd>
    </div>
  );
}

/** The loudest thing on the screen: each backend that is out, with why. */
function Broken({ site }: { site: SiteState }) {
  const broken = backendsOfSite(site).filter(
    (backend) => !backend.disabled && (backend.health === 'down' || backend.health === 'degraded'),
  );
  if (broken.length === 0 || site.disabled) return null;
  return (
    <ul className={`broken broken-${site.health === 'down' ? 'down' : 'degraded'}`} aria-label="What is broken">
      {broken.map((backend) => (
        <li key={backend.id}>
          <HealthShape health={backend.health} />
          <span>
            <strong className="mono">{backend.name}</strong> {backend.lastFailure ?? 'did not pass its last check.'}
          </span>
        </li>
      ))}
    </ul>
  );
}
