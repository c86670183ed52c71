/** Why a URL goes where it goes, in the palette: the site, the route, each candidate, the pick. */
import { useEffect, useState } from 'react';
import { Command } from 'cmdk';
import type { Problem } from '../../shared/problem.ts';
import type { Explanation } from '../../shared/state.ts';
import { bridge } from '../bridge.ts';
import { HealthShape } from '../parts/health-mark.tsx';
import { urlFrom } from './items.ts';
import type { PalettePage } from './palette.tsx';

interface ExplainProps {
  /** Explained at once. */
  asked: string | undefined;
  query: string;
  turn: (page: PalettePage) => void;
}

type Told = { url: string; told: Explanation } | { url: string; problems: readonly Problem[] };

export function ExplainResult({ asked, query, turn }: ExplainProps) {
  const [answer, setAnswer] = useState<Told>();
  useEffect(() => {
    if (asked === undefined) return;
    let isOver = false;
    void bridge.call('explain', { url: asked }).then((given) => {
      if (isOver) return;
      setAnswer(given.ok ? { url: asked, told: given.value } : { url: asked, problems: given.problems });
    });
    return () => void (isOver = true);
  }, [asked]);
  const typed = urlFrom(query);
  return (
    <>
      {typed !== undefined && (
        <Command.Group heading="URL">
          <Command.Item value="explain typed" onSelect={() => turn({ kind: 'explain', url: typed })}>
            <span className="palette-title">
              Explain <span className="mono">{typed}</span>
            </span>
          </Command.Item>
        </Command.Group>
      )}
      {asked === undefined && typed === undefined && (
        <p className="palette-empty muted">Type a URL of one of your sites; you see the route it takes, and why.</p>
      )}
      {answer !== undefined && answer.url === asked && 'told' in answer && <Way told={answer.told} />}
      {answer !== undefined && answer.url === asked && 'problems' in answer && (
        <p className="palette-empty" role="alert">
          {answer.problems[0]?.message}
        </p>
      )}
    </>
  );
}

function Way({ told }: { told: Explanation }) {
  return (
    <div className="palette-way" role="status">
      <dl>
        <dt>URL</dt>
        <dd className="mono">{told.url}</dd>
        {told.site !== undefined && (
          <>
            <dt>Site</dt>
            <dd className="mono">
              {told.site}{' '}
              {told.hostMatch !== undefined && (
                <span className="muted">{told.hostMatch === 'exact' ? 'by its own host' : `by ${told.hostMatch}`}</span>
              )}
            </dd>
          </>
        )}
        {told.route !== undefined && (
          <>
            <dt>Route</dt>
            <dd className="mono">
              {told.route} <span className="muted">{told.kind}</span>
            </dd>
          </>
        )}
        {told.middlewares.length > 0 && (
          <>
            <dt>Through</dt>
            <dd className="mono">{told.middlewares.join(' → ')}</dd>
          </>
        )}
        {told.pick !== undefined && (
          <>
            <dt>Goes to</dt>
            <dd className="mono">
              <strong>{told.pick}</strong> <span className="muted">{told.backendPath}</span>
            </dd>
          </>
        )}
      </dl>
      {told.problem !== undefined && (
        <p className="state-down">
          {told.problem.message} <span className="muted">{told.problem.fix}</span>
        </p>
      )}
      {told.candidates.length > 0 && (
        <ul aria-label="Candidates">
          {told.candidates.map(({ name, url, health, available, reason }) => (
            <li key={`${name} ${url}`}>
              <HealthShape health={health} />
              <span className="mono">{name}</span> <span className="mono muted">{url}</span>
              <span className="muted">{reason ?? (available ? 'available' : 'not available')}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
