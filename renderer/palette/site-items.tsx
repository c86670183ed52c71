/** What the palette offers for one site and its backends. */
import { Command } from 'cmdk';
import type { SiteState } from '../../shared/state.ts';
import { HealthShape } from '../parts/health-mark.tsx';
import { checkHealth, copyText, openUrl, setBackendDisabled, setBackendDrain, setSite } from '../store/changes.ts';
import { openDraft } from '../store/draft.ts';
import { showToast } from '../store/toasts.ts';
import { setView } from '../store/view.ts';
import { backendActions, matches, siteActions, type BackendAction, type SiteAction } from './items.ts';
import type { PalettePage } from './palette.tsx';

interface SiteProps {
  site: SiteState;
  query: string;
  turn: (page: PalettePage) => void;
  close: () => void;
}

export function SiteItems({ site, query, turn, close }: SiteProps) {
  const actions = siteActions(site).filter(({ title }) => matches(title, query));
  const backends = backendActions(site).filter(({ title }) => matches(title, query));
  const run = (id: SiteAction['id']): void => {
    if (id === 'explain') return turn({ kind: 'explain', url: site.url });
    close();
    RUN[id](site);
  };
  if (actions.length === 0 && backends.length === 0)
    return <p className="palette-empty muted">Nothing of that kind can be done with a site.</p>;
  return (
    <>
      <Command.Group heading="Site">
        {actions.map(({ id, title }) => (
          <Command.Item key={id} value={`site ${id}`} onSelect={() => run(id)}>
            <span className="palette-title">{title}</span>
            {id === 'open' && <span className="muted mono palette-more">{site.url}</span>}
          </Command.Item>
        ))}
      </Command.Group>
      {backends.length > 0 && (
        <Command.Group heading="Backends">
          {backends.map((action) => (
            <Command.Item
              key={`${action.change} ${action.backend.id}`}
              value={`${action.change} ${action.backend.id}`}
              onSelect={() => {
                close();
                void changeBackend(site, action);
              }}
            >
              <HealthShape health={action.backend.health} />
              <span className="palette-title">{action.title}</span>
              <span className="muted mono palette-more">{action.backend.url}</span>
            </Command.Item>
          ))}
        </Command.Group>
      )}
    </>
  );
}

const RUN: Record<Exclude<SiteAction['id'], 'explain'>, (site: SiteState) => void> = {
  show: ({ name }) => setView({ screen: 'sites', site: name, siteSearch: '', onlyBroken: false }),
  open: ({ url }) => void openUrl(url),
  copy: ({ url }) => void copy(url),
  check: ({ name }) => void checkHealth(name),
  addBackend: ({ name }) => {
    setView({ site: name });
    void openDraft({ form: 'backend.add', site: name });
  },
  toggle: (site) =>
    void setSite(site, { disabled: !site.disabled }, `${site.name} ${site.disabled ? 'enabled' : 'disabled'}.`),
};

async function copy(url: string): Promise<void> {
  if (await copyText(url)) showToast({ kind: 'note', message: 'Address copied.' });
}

const changeBackend = (site: SiteState, { backend, change }: BackendAction): Promise<void> =>
  change === 'drain'
    ? setBackendDrain(site, backend, !backend.drain)
    : setBackendDisabled(site, backend, !backend.disabled);
