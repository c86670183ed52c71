/** What a change does to a text, by lines. Only read. */
import { diffLines } from '../../shared/line-diff.ts';
import '../style/diff.css';

const SIGNS = { same: ' ', removed: '−', added: '+' } as const;

export function DiffLines({ before, after }: { before: string; after: string }) {
  return (
    <div className="diff mono" role="group" aria-label="Change" tabIndex={0}>
      {diffLines(before, after).map((lines, index) => (
        <div key={index} className="diff-hunk">
          {lines.map(({ kind, text, line }, at) => (
            <div key={at} className={`diff-line diff-${kind}`}>
              <span className="diff-number" aria-hidden="true">
                {line}
              </span>
              <span className="diff-sign">{SIGNS[kind]}</span>
              <span className="diff-text">{text}</span>
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
