/** Why an exchange went where it went: what it did, and what a request like it would meet now. */
import { HealthMark } from '../../parts/health-mark.tsx';
import { Failed, Loading } from '../../parts/states.tsx';
import { useAnswer } from '../../store/use-answer.ts';
import type { ExchangeExplanation } from '../../../shared/capture.ts';
import type { Exchange } from '../../../shared/state.ts';

export function ExplainTab({ id }: { id: number }) {
  const { state, reload } = useAnswer('exchanges.explain', { id });
  if (state.phase === 'loading') return <Loading what="Asking why" />;
  if (state.phase === 'failed') return <Failed problems={state.problems} onRetry={reload} />;
  const { exchange, now } = state.value;
  return (
    <div className="explain">
      <h3>Then</h3>
      <Then exchange={exchange} />
      <h3>Now</h3>
      <Now now={now} />
    </div>
  );
}

function Then({ exchange }: { exchange: Exchange }) {
  const { site, route, attempts, backendPath, path, error, status, backend } = exchange;
  return (
    <ol className="explain-steps">
      <li>{site === '' ? `No site answered for ${exchange.host}.` : `Site ${site}, route ${route || 'none'}.`}</li>
      {backendPath !== undefined && (
        <li>
          Path <span className="mono">{path}</span> became <span className="mono">{backendPath}</span>.
        </li>
      )}
      {attempts.map((attempt, index) => (
        <li key={index}>
          <strong>{attempt.backend}</strong> {attempt.error === undefined ? 'answered.' : `failed: ${attempt.error}.`}
          {index > 0 && ' (a retry)'}
        </li>
      ))}
      {attempts.length === 0 && backend === undefined && <li>No backend was asked.</li>}
      <li>
        Answered {status === 0 ? 'nothing: the client left' : status}
        {error !== undefined && ` by Mogoly: ${error}`}.
      </li>
    </ol>
  );
}

/** How the host led to the site: itself, a pattern such as `*.shop.local`, or `*`. */
const matchWord = (match: string | undefined): string =>
  match === undefined || match === 'exact' ? 'by its own host' : `by ${match}`;

function Now({ now }: { now: ExchangeExplanation['now'] }) {
  return (
    <>
      <p>
        {now.site === undefined ? 'No site answers.' : `Site ${now.site}, ${matchWord(now.hostMatch)}`}
        {now.route !== undefined && `, route ${now.route}`}
        {now.middlewares.length > 0 && `, through ${now.middlewares.join(', ')}`}
      </p>
      {now.candidates.length > 0 && (
        <table className="explain-table">
          <thead>
            <tr>
              <th scope="col">Health</th>
              <th scope="col">Backend</th>
              <th scope="col">Under way</th>
              <th scope="col">Weight</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {now.candidates.map((candidate) => (
              <tr key={`${candidate.name} ${candidate.url}`}>
                <td>
                  <HealthMark health={candidate.health} />
                </td>
                <td className="mono">{candidate.name}</td>
                <td className="num">{candidate.active}</td>
                <td className="num">{candidate.weight}</td>
                <td>{candidate.name === now.pick ? 'the next pick' : (candidate.reason ?? 'available')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {now.problem !== undefined && (
        <p>
          {now.problem.message} <span className="muted">{now.problem.fix}</span>
        </p>
      )}
    </>
  );
}
