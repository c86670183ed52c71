/** The fields of a site, route or backend: what is asked first in sight, the rest in groups that open. */
import { useId, useState } from 'react';
import { ChevronRight } from 'lucide-react';
import { Button } from '../../parts/button.tsx';
import { plural } from '../../parts/format.ts';
import { FieldView } from '../../form/field-view.tsx';
import { Fold } from '../../form/fold.tsx';
import { setDraftChoice } from '../../store/draft.ts';
import { isNew, kindOf } from '../../store/draft-state.ts';
import { groupsOf } from '../../store/entry-form.ts';
import type { FormGroup, RouteChoice, Shown } from '../../store/entry-form.ts';
import type { Draft } from '../../store/draft.ts';
import type { FieldOf } from '../../form/spec.ts';

export function EntryFields({ draft }: { draft: Draft }) {
  const kind = kindOf(draft.target) as Shown['kind'];
  const fresh = isNew(draft.target);
  const [more, setMore] = useState(!fresh);
  const [first, ...groups] = groupsOf({ kind, isNew: fresh, entry: draft.value, choice: draft.choice });
  const hasErrors = groups.some((group) => group.fields.some((field) => isWrong(draft, field)));
  return (
    <>
      <div className="fields">
        {first?.fields.map((field) => (
          <FirstField key={field.key} field={field} draft={draft} />
        ))}
      </div>
      {more || hasErrors ? (
        <div className="groups">
          {groups.map((group) => (
            <Group key={group.title} group={group} draft={draft} scope={kind} />
          ))}
          <Extra draft={draft} groups={[first, ...groups]} />
        </div>
      ) : (
        <Button look="quiet" className="more" onClick={() => setMore(true)}>
          <ChevronRight size={14} aria-hidden /> More
        </Button>
      )}
    </>
  );
}

/** After the path of a route it is chosen where it leads. */
function FirstField({ field, draft }: { field: FieldOf; draft: Draft }) {
  const isPath = kindOf(draft.target) === 'route' && field.key === 'path';
  return (
    <>
      <FieldView field={field} path={[field.key]} />
      {isPath && <RouteKind choice={draft.choice} />}
    </>
  );
}

const CHOICES: readonly { choice: RouteChoice; label: string }[] = [
  { choice: 'pool', label: 'Backends' },
  { choice: 'static', label: 'Files' },
  { choice: 'redirect', label: 'Redirect' },
];

function RouteKind({ choice }: { choice: RouteChoice }) {
  const name = useId();
  return (
    <fieldset className="segments">
      <legend>Leads to</legend>
      {CHOICES.map((each) => (
        <label key={each.choice} className={choice === each.choice ? 'is-chosen' : ''}>
          <input
            type="radio"
            name={name}
            checked={choice === each.choice}
            onChange={() => setDraftChoice(each.choice)}
          />
          {each.label}
        </label>
      ))}
    </fieldset>
  );
}

const isWrong = ({ errors }: Draft, { key }: FieldOf): boolean =>
  Object.keys(errors).some((path) => path.startsWith(`["${key}"`));

function Group({ group, draft, scope }: { group: FormGroup; draft: Draft; scope: string }) {
  const set = group.fields.filter(({ key }) => draft.value[key] !== undefined).length;
  return (
    <Fold
      name={`${scope} ${group.title}`}
      title={group.title}
      note={set > 0 && `${plural(set, 'key')} set`}
      mustOpen={group.fields.some((field) => isWrong(draft, field))}
    >
      {group.lead !== undefined && <p className="field-hint">{group.lead}</p>}
      {group.fields.map((field) => (
        <FieldOfGroup key={field.key} field={field} />
      ))}
    </Fold>
  );
}

/** A group of the schema that has a group of the form to itself needs no second heading. */
const FLAT = new Set(['health_check', 'passive_health']);

function FieldOfGroup({ field }: { field: FieldOf }) {
  if (!FLAT.has(field.key) || field.spec.kind !== 'group') return <FieldView field={field} path={[field.key]} />;
  return (
    <>
      {field.spec.fields.map((inner) => (
        <FieldView key={inner.key} field={inner} path={[field.key, inner.key]} />
      ))}
    </>
  );
}

/** Keys that the file has and no form knows: they stay as they are. */
function Extra({ draft, groups }: { draft: Draft; groups: readonly (FormGroup | undefined)[] }) {
  const shown = new Set(groups.flatMap((group) => group?.fields.map(({ key }) => key) ?? []));
  const lists = ['balance', 'routes', 'middlewares'];
  const keys = Object.keys(draft.initial).filter((key) => !shown.has(key) && !lists.includes(key));
  if (keys.length === 0 || kindOf(draft.target) === 'route') return null;
  return <p className="field-hint">Also written here, and kept: {keys.join(', ')}.</p>;
}
