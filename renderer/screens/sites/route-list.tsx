/** The routes of a site in the order of the file: added, moved, edited and removed. */
import { Pencil, Plus, Trash2, Workflow } from 'lucide-react';
import { MiddlewareList } from './middleware-list.tsx';
import { MiddlewareTags, PoolActions } from './route-section.tsx';
import { BackendTable } from './backend-table.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { SortableList, useSortableItem } from '../../parts/sortable.tsx';
import { isTree, listAt } from '../../form/value.ts';
import { editConfig } from '../../store/changes.ts';
import { openDraft } from '../../store/draft.ts';
import { siteEntry } from '../../store/places.ts';
import type { ConfigPath } from '../../../shared/problem.ts';
import type { Written } from '../../store/document.ts';
import type { Edit } from '../../../shared/protocol.ts';
import type { RouteState, SiteState } from '../../../shared/state.ts';

interface PlacedRoute {
  route: RouteState;
  /** Undefined while the file is not read, or where it writes the path in another way. */
  path: ConfigPath | undefined;
}

/** In the order of the file; what is not found in it comes last. */
export function placeRoutes(site: SiteState, written: Written | undefined): PlacedRoute[] {
  const routes = site.routes.filter((route) => route.path !== '/');
  const at = siteEntry(written?.value, site.name);
  const list = listAt(at?.value, ['routes']);
  const indexOf = ({ path }: RouteState): number => list.findIndex((entry) => isTree(entry) && entry['path'] === path);
  return routes
    .map((route) => ({ route, index: indexOf(route) }))
    .sort((one, two) => (one.index < 0 ? list.length : one.index) - (two.index < 0 ? list.length : two.index))
    .map(({ route, index }) => ({ route, path: at && index >= 0 ? ['server', at.index, 'routes', index] : undefined }));
}

export function RouteList({ site, written }: { site: SiteState; written: Written | undefined }) {
  const placed = placeRoutes(site, written);
  const at = siteEntry(written?.value, site.name);
  const count = listAt(at?.value, ['routes']).length;
  const add = (): void => {
    const path = at ? ['server', at.index, 'routes', count] : undefined;
    void openDraft({ form: 'route.add', site: site.name, path });
  };
  const move = (from: number, to: number): void => {
    const [moved, target] = [placed[from], placed[to]];
    if (!moved?.path || !target?.path || !written) return;
    const edit: Edit = { op: 'move', path: [...moved.path], to: Number(target.path.at(-1)) };
    void editConfig([edit], `${moved.route.path} moved.`, written.revision);
  };
  return (
    <section className="routes" aria-label="Routes">
      <div className="part-head">
        <h2>Routes</h2>
        <span className="muted part-lead">
          {placed.length === 0
            ? 'Send some paths elsewhere: to other backends, files, or another address.'
            : 'The longest match wins.'}
        </span>
        <Button disabled={!at} onClick={add}>
          <Plus size={14} aria-hidden /> Add route
        </Button>
      </div>
      <SortableList ids={placed.map(({ route }) => route.path)} onMove={move}>
        {placed.map((each) => (
          <RouteSection key={each.route.path} site={site} placed={each} written={written} isAlone={placed.length < 2} />
        ))}
      </SortableList>
    </section>
  );
}

interface RouteSectionProps {
  site: SiteState;
  placed: PlacedRoute;
  written: Written | undefined;
  isAlone: boolean;
}

function RouteSection({ site, placed: { route, path }, written, isAlone }: RouteSectionProps) {
  const { attach, style, isDragging, handle } = useSortableItem(route.path, route.path);
  return (
    <section
      ref={attach}
      style={style}
      className={`route ${isDragging ? 'is-dragged' : ''}`}
      aria-label={`Route ${route.path}`}
    >
      <div className="route-head">
        {path && !isAlone && handle}
        <h3 className="mono">{route.path}</h3>
        {route.pool === undefined && <Target route={route} />}
        {!path && <MiddlewareTags names={route.middlewares} />}
        <span className="pool-actions">
          {route.pool && <PoolActions site={site} route={route} pool={route.pool} />}
          {path && written && <RouteActions site={site} route={route} path={path} written={written} />}
        </span>
      </div>
      {path && written && <MiddlewareList site={site.name} at={path} written={written} />}
      {route.pool && <BackendTable site={site} pool={route.pool} />}
    </section>
  );
}

function Target({ route }: { route: RouteState }) {
  return (
    <span className="route-target">
      <span className="muted">{route.kind === 'static' ? 'files from' : 'redirects to'}</span>{' '}
      <span className="mono">{route.target}</span>
    </span>
  );
}

function RouteActions({
  site,
  route,
  path,
  written,
}: {
  site: SiteState;
  route: RouteState;
  path: ConfigPath;
  written: Written;
}) {
  const edit = (): void => void openDraft({ form: 'route.edit', site: site.name, label: route.path, path });
  const addMiddleware = (): void => {
    const at = [...path, 'middlewares', listAt(written.value, [...path, 'middlewares']).length];
    void openDraft({ form: 'middleware.add', site: site.name, label: route.path, path: at });
  };
  const remove = (): void =>
    void editConfig([{ op: 'remove', path: [...path] }], `${route.path} removed from ${site.name}.`, written.revision);
  return (
    <span className="row-actions">
      <IconButton label={`Edit ${route.path}`} icon={<Pencil size={14} aria-hidden />} onClick={edit} />
      <IconButton
        label={`Add middleware to ${route.path}`}
        icon={<Workflow size={14} aria-hidden />}
        onClick={addMiddleware}
      />
      <IconButton label={`Remove ${route.path}`} icon={<Trash2 size={14} aria-hidden />} onClick={remove} />
    </span>
  );
}
