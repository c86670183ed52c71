/** Cautions that stand above what they are about, each with its remedy. */
import { TriangleAlert } from 'lucide-react';
import type { Problem } from '../../shared/problem.ts';
import '../style/system.css';

export function Notes({ problems }: { problems: readonly Pick<Problem, 'message' | 'fix'>[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className="notes">
      {problems.map(({ message, fix }, index) => (
        <li key={index} className="note">
          <TriangleAlert size={14} aria-hidden />
          <span>
            {message} {fix !== undefined && <span className="muted">{fix}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
