/** What stands in the way of the config on disk or of a listener: where it is, and what mends it. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { FolderOpen, OctagonAlert, X } from 'lucide-react';
import { Button, IconButton } from './button.tsx';
import { plural } from './format.ts';
import { revealFile } from '../store/changes.ts';
import { openConfigAt } from '../store/config-text.ts';
import { liveStore } from '../store/live.ts';
import { baseName, isOfFile } from '../store/refusal.ts';
import { setView, viewStore } from '../store/view.ts';
import type { Place, Problem } from '../../shared/problem.ts';
import type { Snapshot } from '../../shared/state.ts';

/** Shown before the rest is asked for, so that the screen below stays in sight. */
const SHOWN_AT_FIRST = 3;

/** Of the file and of the listeners, errors first. */
export function allProblems(snapshot: Snapshot | undefined): Problem[] {
  if (!snapshot) return [];
  const known = new Set(snapshot.problems.map((item) => `${item.code} ${item.message}`));
  const ofListeners = snapshot.listeners.flatMap((listener) => (listener.problem ? [listener.problem] : []));
  const all = [...snapshot.problems, ...ofListeners.filter((item) => !known.has(`${item.code} ${item.message}`))];
  return all.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

export function ProblemsBanner() {
  const snapshot = useStore(liveStore, (state) => state.snapshot);
  const chosen = useStore(viewStore, (state) => state.problemsShown);
  const isEditing = useStore(viewStore, (state) => state.screen === 'config');
  const [all, setAll] = useState(false);
  const found = allProblems(snapshot);
  const problems = found.filter((item) => !isEditing || chosen === true || !isMarked(snapshot, item));
  const told = found.map((item) => `${item.code} ${item.message}`).join('\n');
  useEffect(() => setView({ problemsShown: undefined }), [told]);
  const errors = problems.filter((item) => item.severity === 'error');
  if (!snapshot || problems.length === 0 || !(chosen ?? errors.length > 0)) return null;
  const shown = all ? problems : problems.slice(0, SHOWN_AT_FIRST);
  return (
    <section
      className={`banner ${errors.length > 0 ? 'banner-error' : 'banner-warning'}`}
      role={errors.length > 0 ? 'alert' : 'status'}
      aria-label="Problems"
    >
      <OctagonAlert size={16} aria-hidden className="banner-icon" />
      <div className="banner-body">
        <h2>{titleOf(snapshot, errors)}</h2>
        <ul>
          {shown.map((item, index) => (
            <li key={`${item.code} ${index}`}>
              {item.at && <PlaceLink at={item.at} configFile={snapshot.configFile} />}
              {item.message}
              {item.fix && <span className="muted"> {item.fix}</span>}
            </li>
          ))}
        </ul>
        {problems.length > SHOWN_AT_FIRST && (
          <Button look="quiet" onClick={() => setAll(!all)}>
            {all ? 'Show fewer' : `Show all ${problems.length}`}
          </Button>
        )}
      </div>
      <Button onClick={() => void revealFile('config')}>
        <FolderOpen size={14} aria-hidden /> Show the file
      </Button>
      <IconButton
        label="Hide the problems"
        icon={<X size={14} aria-hidden />}
        onClick={() => setView({ problemsShown: false })}
      />
    </section>
  );
}

/** The editor shows it at its line, below a notice that the file was refused. */
function isMarked(snapshot: Snapshot | undefined, { at }: Problem): boolean {
  if (!at || !snapshot || snapshot.status !== 'running' || snapshot.revision === 0) return false;
  return at.file === undefined || at.file === snapshot.configFile;
}

/** A place in the config opens the editor there. */
function PlaceLink({ at, configFile }: { at: Place; configFile: string }) {
  const text = `${baseName(at.file ?? configFile)}:${at.line}:${at.column}`;
  if (at.file !== undefined && at.file !== configFile) return <span className="mono">{text}</span>;
  return (
    <button type="button" className="place-link mono" onClick={() => openConfigAt(at.line, at.column)}>
      {text}
    </button>
  );
}

/** Of what happens now, not of what the file says. */
const isDegraded = ({ code }: Problem): boolean => code === 'RATELIMIT_SHARE_AWAY';

function titleOf(snapshot: Snapshot, errors: readonly Problem[]): string {
  if (errors.length === 0 && snapshot.problems.every(isDegraded))
    return snapshot.problems.length === 1 ? 'Something works less well' : 'Some things work less well';
  if (errors.length === 0) return `The config has ${plural(snapshot.problems.length, 'warning')}`;
  const ofFile = errors.some(isOfFile);
  if (!ofFile) return errors.length === 1 ? 'Something stands in the way' : `${errors.length} things stand in the way`;
  const serving = snapshot.status === 'running' && snapshot.revision > 0;
  return serving
    ? `${baseName(snapshot.configFile)} was refused; revision ${snapshot.revision} keeps serving`
    : `${baseName(snapshot.configFile)} was refused`;
}
