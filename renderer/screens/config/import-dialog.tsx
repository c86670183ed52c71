/** Import: a config of another proxy, shown as a change of ours with what it could not say, before it is made. */
import { useId, useRef } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../parts/button.tsx';
import { DiffLines } from '../../parts/diff-lines.tsx';
import { plural } from '../../parts/format.ts';
import { Loading } from '../../parts/states.tsx';
import { useModal } from '../../parts/use-modal.ts';
import { addImported, closeImport, importStore, lookAt, type Looked } from '../../store/config-import.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { Reply } from '../../../shared/protocol.ts';
import '../../style/import.css';

/** Whose config it is, as people call it. */
const SOURCES = { caddy: 'a Caddyfile', nginx: 'an nginx config', compose: 'a compose file' } as const;

export function ImportButton() {
  const input = useRef<HTMLInputElement>(null);
  const looked = useStore(importStore, (state) => state.looked);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Config of another proxy"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void lookAt(file);
          event.target.value = '';
        }}
      />
      <Button title="Add the sites of a Caddyfile, nginx.conf or compose file" onClick={() => input.current?.click()}>
        Import…
      </Button>
      {looked !== undefined && <ImportDialog looked={looked} />}
    </>
  );
}

function ImportDialog({ looked }: { looked: Looked }) {
  const titleId = useId();
  const { props, close } = useModal(closeImport);
  const { name, found } = looked;
  const count = found?.ok === true ? found.value.sites.length : 0;
  const isWrong = found?.ok === true && found.value.problems.some(({ severity }) => severity === 'error');
  return (
    <dialog {...props} className="dialog import-dialog" aria-labelledby={titleId}>
      <h2 id={titleId}>Import {name}</h2>
      <div className="import-body">
        {found === undefined && <Loading what={`Reading ${name}`} />}
        {found?.ok === false && <Notes title="It cannot be imported" notes={found.problems} />}
        {found?.ok === true && <Change value={found.value} />}
      </div>
      <div className="dialog-actions">
        <Button autoFocus onClick={close}>
          {count > 0 ? 'Cancel' : 'Close'}
        </Button>
        {count > 0 && (
          <Button look="accent" disabled={isWrong} onClick={() => void addImported(looked)}>
            Add {plural(count, 'site')}
          </Button>
        )}
      </div>
    </dialog>
  );
}

function Change({ value }: { value: Reply<'config.import'> }) {
  const { source, sites, before, after, notes, problems } = value;
  const errors = problems.filter(({ severity }) => severity === 'error');
  return (
    <>
      <p>
        {sites.length === 0
          ? `Read as ${SOURCES[source]}: there is nothing to add.`
          : `Read as ${SOURCES[source]}. This is added to your config:`}
      </p>
      {sites.length > 0 && <DiffLines before={before} after={after} />}
      <Notes title="The config would not be good" notes={errors} />
      <Notes title="Not carried over as it was" notes={notes} />
    </>
  );
}

function Notes({ title, notes }: { title: string; notes: readonly Problem[] }) {
  if (notes.length === 0) return null;
  return (
    <section className="import-notes" aria-label={title}>
      <h3>
        {title} <span className="muted num">{notes.length}</span>
      </h3>
      <ul>
        {notes.map(({ message, fix, at }, index) => (
          <li key={index}>
            <span className="mono muted num import-place">{at && `${at.line}:${at.column}`}</span>
            <span>
              {message} <span className="muted">{fix}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
