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

/** What the fields hold; all of it as text. */
interface Fields {
  method: string;
  path: string;
  headers: string;
  body: string;
}

function fieldsOf(record: ExchangeRecord): Fields {
  const kept = record.captured?.requestBody;
  const shown = record.requestHeaders.filter(([name]) => !name.startsWith(':'));
  return {
    method: record.method,
    path: record.path,
    headers: shown.map(lineOf).join('\n'),
    body: kept === undefined || kept.isTruncated ? '' : (textOf(kept.base64) ?? ''),
  };
}

export function ResendForm({ record, onClose }: { record: ExchangeRecord; onClose: () => void }) {
  const [first] = useState(() => fieldsOf(record));
  const [fields, setFields] = useState(first);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [isSending, setIsSending] = useState(false);
  const { method, path, headers, body } = fields;
  const send = async (): Promise<void> => {
    setIsSending(true);
    const edits: ReplayEdits = { method, path, headers: readHeaders(headers) };
    if (body !== first.body || (first.body === '' && record.bytesIn > 0)) edits.body = body;
    const failed = await replay(record.id, edits);
    setIsSending(false);
    if (failed === undefined) onClose();
    else setProblems(failed);
  };
  return (
    <form
      className="resend"
      aria-label="Edit and resend"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <ResendFields fields={fields} onChange={(patch) => setFields({ ...fields, ...patch })} />
      {problems.map((each) => (
        <p key={each.code + each.message} className="field-error" role="alert">
          {each.message} {each.fix}
        </p>
      ))}
      <div className="resend-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="accent" type="submit" busy={isSending}>
          {isSending ? 'Sending…' : 'Send'}
        </Button>
      </div>
    </form>
  );
}

function ResendFields({ fields, onChange }: { fields: Fields; onChange: (patch: Partial<Fields>) => void }) {
  const { method, path, headers, body } = fields;
  return (
    <>
      <div className="resend-line">
        <label>
          Method
          <input
            className="mono"
            value={method}
            onChange={(event) => onChange({ method: event.target.value })}
            autoFocus
          />
        </label>
        <label className="grow">
          Path
          <input className="mono" value={path} onChange={(event) => onChange({ path: event.target.value })} />
        </label>
      </div>
      <label>
        Headers, one a line
        <textarea
          className="mono"
          rows={6}
          value={headers}
          onChange={(event) => onChange({ headers: event.target.value })}
        />
      </label>
      <label>
        Body
        <textarea className="mono" rows={5} value={body} onChange={(event) => onChange({ body: event.target.value })} />
      </label>
      {headers.includes('[redacted]') && (
        <p className="muted">What stands as [redacted] is sent as it was, if you leave its line alone.</p>
      )}
    </>
  );
}
