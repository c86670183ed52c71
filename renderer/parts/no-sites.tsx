/** In the place of sites where there is none: what fills it, or the config that was refused and the way to its mistake. */
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { Button } from './button.tsx';
import { openConfigAt } from '../store/config-text.ts';
import { liveStore } from '../store/live.ts';
import { baseName, refusal } from '../store/refusal.ts';
import { setView } from '../store/view.ts';
import type { Place, Problem } from '../../shared/problem.ts';

/** `children` stand there where nothing was refused. */
export function NoSites({ children }: { children: ReactNode }) {
  const refused = useStore(liveStore, (state) => refusal(state.snapshot));
  const configFile = useStore(liveStore, (state) => state.snapshot?.configFile ?? '');
  const isServing = useStore(liveStore, (state) => (state.snapshot?.revision ?? 0) > 0);
  if (refused === undefined) return children;
  return (
    <div className="state">
      <h2>{baseName(configFile)} was refused</h2>
      <p className="muted">
        {isServing ? 'The config in force has no site.' : 'No config is in force, so no site is served.'} Mend the file,
        and its sites are here at once.
      </p>
      <Button look="accent" onClick={() => openMistake(refused, configFile)}>
        {isIn(refused, configFile) ? `Go to line ${refused.at.line}` : 'Open the config'}
      </Button>
    </div>
  );
}

function openMistake(refused: Problem, configFile: string): void {
  if (isIn(refused, configFile)) openConfigAt(refused.at.line, refused.at.column);
  else setView({ screen: 'config' });
}

const isIn = (item: Problem, configFile: string): item is Problem & { at: Place } =>
  item.at !== undefined && (item.at.file === undefined || item.at.file === configFile);
