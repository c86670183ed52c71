/** The sheet of keys: every action that has some, by group. */
import { ACTION_LIST, shownKeys } from '../../shared/actions.ts';
import { Button } from '../parts/button.tsx';
import { useModal } from '../parts/use-modal.ts';
import { isMac } from '../platform.ts';
import { closeOverlay } from '../store/overlay.ts';
import '../style/palette.css';

/** What lists and forms do by themselves. */
const HERE: readonly (readonly [title: string, keys: string])[] = [
  ['Up and down a list', '↑ ↓'],
  ['First and last of a list', 'Home End'],
  ['Open what is chosen', 'Enter'],
  ['Close, go back', 'Esc'],
];

export function KeySheet() {
  const { props, close } = useModal(closeOverlay);
  const withKeys = ACTION_LIST.filter(({ keys }) => keys !== undefined);
  const groups = [...new Set(withKeys.map(({ group }) => group))];
  return (
    <dialog {...props} className="dialog key-sheet" aria-labelledby="key-sheet-title">
      <h2 id="key-sheet-title">Keyboard shortcuts</h2>
      <div className="key-groups">
        {groups.map((group) => (
          <KeyGroup
            key={group}
            title={group}
            rows={withKeys
              .filter((action) => action.group === group)
              .map(({ title, keys }) => [title, shownKeys(keys!, isMac())])}
          />
        ))}
        <KeyGroup title="Lists and forms" rows={HERE} />
      </div>
      <div className="dialog-actions">
        <Button autoFocus onClick={close}>
          Close
        </Button>
      </div>
    </dialog>
  );
}

function KeyGroup({ title, rows }: { title: string; rows: readonly (readonly [string, string])[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {rows.map(([name, keys]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
