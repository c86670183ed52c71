/** Lines to copy for programs that bring a store of their own. */
import { CopyLine } from '../../parts/copy-line.tsx';
import { Section } from '../../parts/page.tsx';
import type { ReadyLine } from '../../../shared/trust.ts';

export function ReadySection({ lines }: { lines: readonly ReadyLine[] }) {
  return (
    <Section title="Programs with stores of their own" lead="Paste the line where you start them.">
      <table className="sheet">
        <thead>
          <tr>
            <th className="fit">Program</th>
            <th>Line</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, line, note }) => (
            <tr key={name}>
              <td className="fit">{name}</td>
              <td>
                <CopyLine line={line} label={name} />
                {note !== undefined && <small>{note}</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
