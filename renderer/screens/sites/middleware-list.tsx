/** The chain of middlewares of a site or route, the outermost first: edited, moved and removed one by one. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { Pencil, Trash2 } from 'lucide-react';
import { IconButton } from '../../parts/button.tsx';
import { SortableList, useSortableItem } from '../../parts/sortable.tsx';
import { isTree, listAt } from '../../form/value.ts';
import { editConfig } from '../../store/changes.ts';
import { openDraft } from '../../store/draft.ts';
import { loadSchemas, schemaStore } from '../../store/schemas.ts';
import type { ConfigPath } from '../../../shared/problem.ts';
import type { Written } from '../../store/document.ts';
import type { Json, Schema } from '../../form/spec.ts';

interface MiddlewareListProps {
  site: string;
  /** Of the site or route in the file. */
  at: ConfigPath;
  written: Written;
}

export function MiddlewareList({ site, at, written }: MiddlewareListProps) {
  const list = [...at, 'middlewares'];
  const entries = listAt(written.value, list);
  useEffect(() => void loadSchemas(), []);
  if (entries.length === 0) return null;
  const ids = idsOf(entries);
  const move = (from: number, to: number): void =>
    void editConfig([{ op: 'move', path: [...list, from], to }], `${nameOf(entries[from])} moved.`, written.revision);
  return (
    <ol className="chain" aria-label="Middlewares, the outermost first">
      <SortableList ids={ids} onMove={move}>
        {entries.map((entry, index) => (
          <MiddlewareRow
            key={ids[index]}
            id={ids[index]!}
            entry={entry}
            site={site}
            path={[...list, index]}
            revision={written.revision}
          />
        ))}
      </SortableList>
    </ol>
  );
}

/** Each keeps its own while it is moved, and with it the focus; of two with one name the second is told apart. */
function idsOf(entries: readonly Json[]): string[] {
  const seen = new Map<string, number>();
  return entries.map((entry) => {
    const name = nameOf(entry);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} ${count}`;
  });
}

const nameOf = (entry: Json | undefined): string =>
  isTree(entry) && typeof entry['name'] === 'string' ? entry['name'] : 'middleware';

interface MiddlewareRowProps {
  id: string;
  entry: Json;
  site: string;
  path: ConfigPath;
  revision: number;
}

function MiddlewareRow({ id, entry, site, path, revision }: MiddlewareRowProps) {
  const name = nameOf(entry);
  const schema = useStore(schemaStore, ({ middlewares }) => middlewares[name]);
  const { attach, style, isDragging, handle } = useSortableItem(id, name);
  const edit = (): void => void openDraft({ form: 'middleware.edit', site, label: name, path });
  const remove = (): void => void editConfig([{ op: 'remove', path: [...path] }], `${name} removed.`, revision);
  return (
    <li ref={attach} style={style} className={isDragging ? 'is-dragged' : ''}>
      {handle}
      <span className="mono chain-name">{name}</span>
      <span className="muted chain-config">{summaryOf(entry, schema)}</span>
      <span className="row-actions">
        <IconButton label={`Edit ${name}`} icon={<Pencil size={14} aria-hidden />} onClick={edit} />
        <IconButton label={`Remove ${name}`} icon={<Trash2 size={14} aria-hidden />} onClick={remove} />
      </span>
    </li>
  );
}

/** Longer values are told by their size; hashes of passwords are not for a list. */
const VALUE_MAX = 40;

/** By the names that the form has for its keys, once they are known. */
function summaryOf(entry: Json, schema: Schema | undefined): string {
  const config = isTree(entry) ? entry['config'] : undefined;
  if (!isTree(config)) return '';
  return Object.entries(config)
    .map(([key, value]) => `${nameOfKey(key, schema)} ${shortOf(value)}`)
    .join(', ');
}

function nameOfKey(key: string, schema: Schema | undefined): string {
  const title = schema?.properties?.[key]?.title;
  return title === undefined ? key.replaceAll('_', ' ') : `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
}

function shortOf(value: Json): string {
  if (Array.isArray(value)) return value.length <= 2 ? value.map(shortOf).join(' ') : `${value.length} items`;
  if (isTree(value)) return Object.keys(value).join(' ');
  const text = String(value);
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text;
}
