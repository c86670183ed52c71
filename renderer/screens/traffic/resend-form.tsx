/** Edit and resend: the request as it was shown, to be changed and sent as a new one. */
import { useState } from 'react';
import { textOf } from '../../../shared/base64.ts';
import type { ExchangeRecord, ReplayEdits } from '../../../shared/capture.ts';
import type { Problem } from '../../../shared/problem.ts';
import { Button } from '../../parts/button.tsx';
import { replay } from '../../store/traffic-actions.ts';

const lineOf = ([name, value]: readonly [string, string]): string => `${name}: ${value}`;

export function readHeaders(text: string): [string, string][] {
  return text.split('\n').flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon < 1 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
  });
}

export function ResendForm({ record, onClose }: { record: ExchangeRecord; onClose: () => void }) {
  const kept = record.captured?.requestBody;
  const shownBody = kept === undefined || kept.isTruncated ? '' : (textOf(kept.base64) ?? '');
  const [method, setMethod] = useState(record.method);
  const [path, setPath] = useState(record.path);
  const [headers, setHeaders] = useState(
    record.requestHeaders
      .filter(([name]) => !name.startsWith(':'))
      .map(lineOf)
      .join('\n'),
  );
  const [body, setBody] = useState(shownBody);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [isSending, setIsSending] = useState(false);
  const send = async (): Promise<void> => {
    setIsSending(true);
    const edits: ReplayEdits = { method, path, headers: readHeaders(headers) };
    if (body !== shownBody || (shownBody === '' && record.bytesIn > 0)) edits.body = body;
    const failed = await replay(record.id, edits);
    setIsSending(false);
    if (failed === undefined) onClose();
    else setProblems(failed);
  };
  return (
    <form
      className="resend"
      aria-label="Edit and resend"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div className="resend-line">
        <label>
          Method
          <input className="mono" value={method} onChange={(event) => setMethod(event.target.value)} autoFocus />
        </label>
        <label className="grow">
          Path
          <input className="mono" value={path} onChange={(event) => setPath(event.target.value)} />
        </label>
      </div>
      <label>
        Headers, one a line
        <textarea className="mono" rows={6} value={headers} onChange={(event) => setHeaders(event.target.value)} />
      </label>
      <label>
        Body
        <textarea className="mono" rows={5} value={body} onChange={(event) => setBody(event.target.value)} />
      </label>
      {headers.includes('[redacted]') && (
        <p className="muted">What stands as [redacted] is sent as it was, if you leave its line alone.</p>
      )}
      {problems.map((each) => (
        <p key={each.code + each.message} className="field-error" role="alert">
          {each.message} {each.fix}
        </p>
      ))}
      <div className="resend-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="accent" type="submit" disabled={isSending}>
          {isSending ? 'Sending…' : 'Send'}
        </Button>
      </div>
    </form>
  );
}
