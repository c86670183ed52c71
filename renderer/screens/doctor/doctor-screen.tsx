/** Doctor: what is wrong on this machine, the worst first, and the button that mends it. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { LoaderCircle, Stethoscope } from 'lucide-react';
import { FindingCard } from './finding-card.tsx';
import { Button } from '../../parts/button.tsx';
import { formatMs, formatTime, plural } from '../../parts/format.ts';
import { Page, Section } from '../../parts/page.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Failed, Loading } from '../../parts/states.tsx';
import { doctorStore, runDoctor } from '../../store/doctor.ts';
import { isWrong, type DoctorReport, type Finding } from '../../../shared/doctor.ts';
import '../../style/doctor.css';

export function DoctorScreen() {
  const { report, problems, running } = useStore(doctorStore);
  useEffect(() => {
    if (doctorStore.getState().report === undefined) void runDoctor();
  }, []);
  return (
    <Page
      title="Doctor"
      lead={report === undefined ? undefined : leadOf(report)}
      actions={<RunAgain running={running} />}
    >
      {problems.length > 0 && <Failed problems={problems} onRetry={() => void runDoctor()} />}
      {report === undefined ? (
        problems.length === 0 && <Loading what="Looking at this machine" />
      ) : (
        <Report report={report} />
      )}
    </Page>
  );
}

const leadOf = ({ at, durationMs, findings }: DoctorReport): string =>
  `${plural(new Set(findings.map(({ id }) => id)).size, 'thing')} looked at in ${formatMs(durationMs)}, at ${formatTime(at).slice(0, 8)}.`;

function RunAgain({ running }: { running: boolean }) {
  return (
    <Button busy={running} onClick={() => void runDoctor()}>
      {running ? <LoaderCircle size={14} className="spin" aria-hidden /> : <Stethoscope size={14} aria-hidden />}
      {running ? 'Looking' : 'Run again'}
    </Button>
  );
}

function Report({ report: { findings } }: { report: DoctorReport }) {
  const wrong = findings.filter(isWrong);
  const rest = findings.filter((finding) => !isWrong(finding));
  return (
    <>
      {wrong.length === 0 ? (
        <p className="doctor-well" role="status">
          <StateMark shape="healthy" word="All is well on this machine." />
        </p>
      ) : (
        <ul className="findings" aria-label="To mend">
          {wrong.map((finding, index) => (
            <FindingCard key={`${finding.id} ${index}`} finding={finding} />
          ))}
        </ul>
      )}
      {rest.length > 0 && (
        <Section title="In order">
          <Rest findings={rest} />
        </Section>
      )}
    </>
  );
}

function Rest({ findings }: { findings: readonly Finding[] }) {
  return (
    <table className="sheet">
      <thead className="hidden">
        <tr>
          <th>State</th>
          <th>What</th>
          <th>Found</th>
        </tr>
      </thead>
      <tbody>
        {findings.map(({ status, title, message }, index) => (
          <tr key={index}>
            <td className="fit">
              <StateMark
                {...(status === 'good' ? { shape: 'healthy', word: 'Good' } : { shape: 'unknown', word: 'Not needed' })}
              />
            </td>
            <td className="fit">{title}</td>
            <td className="wrap muted">{message}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
