/** How many things the doctor would mend, in the status bar; it leads to them. */
import { useStore } from 'zustand';
import { Stethoscope } from 'lucide-react';
import { formatCount } from './format.ts';
import { doctorStore } from '../store/doctor.ts';
import { setView } from '../store/view.ts';
import { isWrong } from '../../shared/doctor.ts';

export function DoctorCount() {
  const findings = useStore(doctorStore, (state) => state.report?.findings);
  if (findings === undefined) return null;
  const wrong = findings.filter(isWrong);
  const state = wrong.some(({ status }) => status === 'bad') ? 'state-down' : wrong.length > 0 ? 'state-degraded' : '';
  return (
    <button
      type="button"
      className={`count-link ${state === '' ? 'muted' : state}`}
      onClick={() => setView({ screen: 'doctor' })}
    >
      <Stethoscope size={12} aria-hidden />{' '}
      {wrong.length === 0 ? 'machine in order' : `${formatCount(wrong.length)} to mend`}
    </button>
  );
}
