/** The first page of the palette: actions, sites, and a URL to explain. */
import { Command } from 'cmdk';
import { useStore } from 'zustand';
import { ACTION_LIST, shownKeys } from '../../shared/actions.ts';
import type { SiteState } from '../../shared/state.ts';
import { runAction } from '../actions/run.ts';
import { HEALTH_WORDS, HealthShape } from '../parts/health-mark.tsx';
import { isMac } from '../platform.ts';
import { liveStore } from '../store/live.ts';
import { actionsFor, sitesFor, urlFrom, type PaletteAction } from './items.ts';
import type { PalettePage } from './palette.tsx';

interface RootProps {
  sites: readonly SiteState[];
  query: string;
  turn: (page: PalettePage) => void;
  close: () => void;
}

/** In the order of the list of actions. */
const GROUPS = [...new Set(ACTION_LIST.map(({ group }) => group))];

export function RootItems({ sites, query, turn, close }: RootProps) {
  const status = useStore(liveStore, (state) => state.snapshot?.status ?? 'stopped');
  const actions = actionsFor(query, status);
  const found = sitesFor(sites, query);
  const url = urlFrom(query);
  const run = (action: PaletteAction): void => {
    if (action.id === 'explain.open') return turn({ kind: 'explain' });
    close();
    runAction(action.id);
  };
  if (actions.length === 0 && found.length === 0 && url === undefined)
    return <p className="palette-empty muted">Nothing is called that. Try a site, a screen, or “add site”.</p>;
  return (
    <>
      {found.length > 0 && (
        <Command.Group heading="Site">
          {found.map((site) => (
            <Command.Item
              key={site.name}
              value={`site ${site.name}`}
              onSelect={() => turn({ kind: 'site', site: site.name })}
            >
              <HealthShape health={site.disabled ? 'unknown' : site.health} />
              <span className="mono palette-title">{site.name}</span>
              <span className="muted palette-more">{site.disabled ? 'Disabled' : HEALTH_WORDS[site.health]}</span>
            </Command.Item>
          ))}
        </Command.Group>
      )}
      {GROUPS.map((group) => (
        <ActionGroup key={group} group={group} actions={actions.filter((each) => each.group === group)} onRun={run} />
      ))}
      {url !== undefined && (
        <Command.Group heading="URL">
          <Command.Item value="explain url" onSelect={() => turn({ kind: 'explain', url })}>
            <span className="palette-title">
              Explain <span className="mono">{url}</span>
            </span>
          </Command.Item>
        </Command.Group>
      )}
    </>
  );
}

interface ActionGroupProps {
  group: string;
  actions: readonly PaletteAction[];
  onRun: (action: PaletteAction) => void;
}

function ActionGroup({ group, actions, onRun }: ActionGroupProps) {
  if (actions.length === 0) return null;
  return (
    <Command.Group heading={group}>
      {actions.map((action) => (
        <Command.Item key={action.id} value={action.id} onSelect={() => onRun(action)}>
          <span className="palette-title">{action.title}</span>
          {action.keys !== undefined && <kbd>{shownKeys(action.keys, isMac())}</kbd>}
        </Command.Item>
      ))}
    </Command.Group>
  );
}
