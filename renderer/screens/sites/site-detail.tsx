/** One site: its address, its figures, what is broken, and a section for each route. */
import { useState } from 'react';
import { Copy, ExternalLink, Pencil, Plus, Trash2 } from 'lucide-react';
import { MiddlewareList } from './middleware-list.tsx';
import { RemoveSiteDialog } from './remove-site-dialog.tsx';
import { RouteList } from './route-list.tsx';
import { TopPool } from './route-section.tsx';
import { LatelyContext } from './share-bar.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { failureHint, failureText } from '../../parts/failure-hint.ts';
import { formatCount } from '../../parts/format.ts';
import { HealthMark, HealthShape } from '../../parts/health-mark.tsx';
import { copyText, openUrl, setSite } from '../../store/changes.ts';
import { useDocument } from '../../store/document.ts';
import { openDraft } from '../../store/draft.ts';
import { useLately } from '../../store/lately.ts';
import { listAt } from '../../form/value.ts';
import { siteEntry } from '../../store/places.ts';
import type { Written } from '../../store/document.ts';
import { backendsOfSite, upOf } from '../../store/live-state.ts';
import { showToast } from '../../store/toasts.ts';
import type { SiteState } from '../../../shared/state.ts';

export function SiteDetail({ site, isSample }: { site: SiteState; isSample: boolean }) {
  const written = useDocument();
  const lately = useLately(site);
  const top = site.routes.find((route) => route.path === '/');
  return (
    <section className="detail" aria-label="Site">
      <SiteHead site={site} />
      {isSample && (
        <p className="hint">This is a sample. Open its address to see what answers, and the request counted here.</p>
      )}
      <Figures site={site} />
      <Broken site={site} />
      <LatelyContext.Provider value={lately}>
        {top ? <TopPool site={site} route={top} /> : <NoPool site={site} />}
        <SiteMiddlewares site={site} written={written} />
        <RouteList site={site} written={written} />
      </LatelyContext.Provider>
    </section>
  );
}

/** A site of routes alone; a backend given to it takes the paths that no route does. */
function NoPool({ site }: { site: SiteState }) {
  return (
    <section className="route" aria-label="Pool">
      <div className="part-head">
        <h2>Pool</h2>
        <span className="muted part-lead">No backend takes the paths that no route does.</span>
        <Button onClick={() => void openDraft({ form: 'backend.add', site: site.name })}>
          <Plus size={14} aria-hidden /> Add backend
        </Button>
      </div>
    </section>
  );
}

function SiteMiddlewares({ site, written }: { site: SiteState; written: Written | undefined }) {
  const at = siteEntry(written?.value, site.name);
  const path = at && ['server', at.index];
  const count = listAt(at?.value, ['middlewares']).length;
  const add = (): void => {
    const to = path && [...path, 'middlewares', count];
    void openDraft({ form: 'middleware.add', site: site.name, path: to });
  };
  return (
    <section className="route" aria-label="Middlewares">
      <div className="part-head">
        <h2>Middlewares</h2>
        <span className="muted part-lead">
          {count === 0
            ? 'Steps around every request: limits, passwords, headers and more.'
            : 'The first is the outermost.'}
        </span>
        <Button disabled={!path} onClick={add}>
          <Plus size={14} aria-hidden /> Add middleware
        </Button>
      </div>
      {path && written && <MiddlewareList site={site.name} at={path} written={written} />}
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
      <Url url={site.url} />
      <Button look="quiet" onClick={() => void openUrl(site.url)}>
        <ExternalLink size={14} aria-hidden /> Open
      </Button>
      <Button look="quiet" onClick={() => void copy()}>
        <Copy size={14} aria-hidden /> Copy
      </Button>
      <div className="address-more">
        {site.secureUrl !== undefined && site.secureUrl !== site.url && <Url url={site.secureUrl} />}
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
    </div>
  );
}

function Url({ url }: { url: string }) {
  return (
    <button type="button" className="text-link mono address-url" onClick={() => void openUrl(url)}>
      {url}
    </button>
  );
}

function Figures({ site }: { site: SiteState }) {
  const backends = backendsOfSite(site);
  const { up, of } = upOf(backends);
  const failures = backends.reduce((sum, backend) => sum + backend.failures, 0);
  return (
    <dl className="figures">
      <Figure label="Requests" value={formatCount(site.requests)} />
      <Figure label="Active now" value={formatCount(backends.reduce((sum, backend) => sum + backend.active, 0))} />
      <Figure label="Failures" value={formatCount(failures)} />
      {of > 0 && <Figure label="Backends up" value={formatCount(up)} of={formatCount(of)} bad={up === 0} />}
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
            <strong className="mono">{backend.name}</strong> {failureText(backend.lastFailure)}{' '}
            <span className="muted">{failureHint(backend.lastFailure)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
