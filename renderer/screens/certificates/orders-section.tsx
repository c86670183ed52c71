/** Public certificates by ACME: each order with its state and what comes next. */
import { formatDay, fromNow } from '../../parts/days.ts';
import { Section } from '../../parts/page.tsx';
import { PlanButton } from '../../parts/plan-button.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Empty } from '../../parts/states.tsx';
import { orderNow } from '../../store/planned.ts';
import type { AcmeState, AcmeStatus } from '../../../shared/acme.ts';
import type { HealthStatus } from '../../../shared/state.ts';

const MARKS: Record<AcmeStatus, { shape: HealthStatus; word: string }> = {
  valid: { shape: 'healthy', word: 'Valid' },
  ordering: { shape: 'draining', word: 'Ordering' },
  waiting: { shape: 'unknown', word: 'Waiting' },
  failed: { shape: 'down', word: 'Failed' },
  refused: { shape: 'down', word: 'Refused' },
};

export function OrdersSection({ orders, onChanged }: { orders: readonly AcmeState[]; onChanged: () => void }) {
  return (
    <Section title="Public certificates" lead="By ACME, for domains that the internet knows.">
      {orders.length === 0 ? (
        <Empty title="No site asks for one">
          <p className="muted">
            Write <code>tls: acme</code> at a site with a public domain, and <code>acme: {'{ email: … }'}</code> once.
          </p>
        </Empty>
      ) : (
        <table className="sheet">
          <thead>
            <tr>
              <th className="fit">State</th>
              <th>Hosts</th>
              <th className="fit wide">Next</th>
              <th>
                <span className="hidden">Change</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {orders.map((order) => (
              <Row key={`${order.site} ${order.directory}`} order={order} onChanged={onChanged} />
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function Row({ order, onChanged }: { order: AcmeState; onChanged: () => void }) {
  const { site, hosts, status, directory, certificate, problem, nextAttemptAt } = order;
  const [host] = hosts;
  return (
    <tr>
      <td className="fit">
        <StateMark {...MARKS[status]} />
      </td>
      <td className="wrap">
        <span className="mono">{hosts.join(', ')}</span>
        <small>
          {problem === undefined
            ? certificate &&
              `${certificate.issuer}, ends ${formatDay(certificate.notAfter)}, by ${certificate.challenge}`
            : `${problem.message} ${problem.fix ?? ''}`}{' '}
          <span title={directory}>{hostOf(directory)}</span>
        </small>
      </td>
      <td className="fit wide muted">{nextAttemptAt === undefined ? '' : `asks ${fromNow(nextAttemptAt)}`}</td>
      <td className="end">
        {host !== undefined && status !== 'refused' && (
          <PlanButton change={orderNow(host)} about={site} disabled={status === 'ordering'} onDone={onChanged} />
        )}
      </td>
    </tr>
  );
}

/** `acme-v02.api.letsencrypt.org`, of the URL of its directory. */
const hostOf = (directory: string): string => /^https?:\/\/([^/]+)/.exec(directory)?.[1] ?? directory;
