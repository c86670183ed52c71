/** Certificates that are served: those of our root, and those from files. */
import { formatDay, fromNow, isPast } from '../../parts/days.ts';
import { Section } from '../../parts/page.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Empty } from '../../parts/states.tsx';
import type { CertificateKind, CertificateState } from '../../../shared/certificate.ts';

/** The newest of very many; the rest is in `mogoly cert list`. */
const SHOWN_MAX = 200;

const KINDS: Record<CertificateKind, string> = { local: 'local CA', acme: 'public CA', files: 'own files' };

export function LeavesSection({ certificates }: { certificates: readonly CertificateState[] }) {
  return (
    <Section title="Certificates">
      {certificates.length === 0 ? (
        <Empty title="No certificate yet">
          <p className="muted">One is made when a site is first opened over https; it takes a few milliseconds.</p>
        </Empty>
      ) : (
        <table className="sheet">
          <thead>
            <tr>
              <th className="fit">State</th>
              <th>Hosts</th>
              <th className="fit wide">Signed by</th>
              <th className="fit">Ends</th>
            </tr>
          </thead>
          <tbody>
            {certificates.slice(0, SHOWN_MAX).map((certificate) => (
              <Row
                key={`${certificate.kind} ${certificate.name} ${certificate.fingerprint256}`}
                certificate={certificate}
              />
            ))}
          </tbody>
        </table>
      )}
      {certificates.length > SHOWN_MAX && (
        <p className="muted">and {certificates.length - SHOWN_MAX} more: mogoly cert list</p>
      )}
    </Section>
  );
}

function Row({ certificate: { hosts, kind, issuer, notAfter, problem } }: { certificate: CertificateState }) {
  const isOver = isPast(notAfter);
  const mark =
    problem !== undefined || isOver
      ? { shape: isOver ? ('down' as const) : ('degraded' as const), word: isOver ? 'Ended' : 'Caution' }
      : { shape: 'healthy' as const, word: 'Good' };
  return (
    <tr>
      <td className="fit">
        <StateMark {...mark} />
      </td>
      <td className="wrap">
        <span className="mono">{hosts.join(', ')}</span>
        {problem !== undefined && (
          <small>
            {problem.message} {problem.fix}
          </small>
        )}
      </td>
      <td className="fit wide muted" title={issuer}>
        {KINDS[kind]}
      </td>
      <td className="fit" title={formatDay(notAfter)}>
        {fromNow(notAfter)}
      </td>
    </tr>
  );
}
