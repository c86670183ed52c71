/** A captured body as text, tidy JSON or hex; always text of the page, never its markup. */
import { useMemo, useState } from 'react';
import { bytesOf, textOf } from '../../../shared/base64.ts';
import type { CapturedBody } from '../../../shared/capture.ts';
import { formatBytes } from '../../parts/format.ts';

/** Shown of one body; more makes a page slow and is in the export. */
const SHOWN_CHARACTERS = 200_000;
const HEX_BYTES = 4_096;

type Look = 'pretty' | 'text' | 'hex';

export function BodyView({ title, body, note }: { title: string; body: CapturedBody | undefined; note: string }) {
  const [look, setLook] = useState<Look>('pretty');
  const forms = useMemo(() => formsOf(body), [body]);
  if (body === undefined) return <p className="muted body-note">{note}</p>;
  if (body.base64 === '')
    return <p className="muted body-note">{body.size === 0 ? 'No body.' : 'None of it was kept.'}</p>;
  const looks = (['pretty', 'text', 'hex'] as const).filter((each) => forms[each] !== undefined);
  const shown = looks.includes(look) ? look : looks[0]!;
  return (
    <div className="body-view">
      <div className="body-head">
        <span className="muted">
          {formatBytes(body.size)}
          {body.isTruncated && ', cut off'}
          {body.decoded !== undefined && `, ${body.decoded} taken off`}
        </span>
        <span className="grow" />
        {looks.map((each) => (
          <button key={each} type="button" className="chip" aria-pressed={each === shown} onClick={() => setLook(each)}>
            {each === 'pretty' ? 'JSON' : each === 'text' ? 'Text' : 'Hex'}
          </button>
        ))}
      </div>
      <pre className="mono body-text" tabIndex={0} aria-label={title}>
        {forms[shown]}
      </pre>
    </div>
  );
}

function formsOf(body: CapturedBody | undefined): Partial<Record<Look, string>> {
  if (body === undefined || body.base64 === '') return {};
  const text = textOf(body.base64);
  const forms: Partial<Record<Look, string>> = { hex: hexOf(bytesOf(body.base64)) };
  if (text === undefined) return forms;
  const pretty = prettyOf(text);
  return { ...forms, text: text.slice(0, SHOWN_CHARACTERS), ...(pretty === undefined ? {} : { pretty }) };
}

function prettyOf(text: string): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2).slice(0, SHOWN_CHARACTERS);
  } catch {
    return undefined; // not whole, or not JSON
  }
}

export function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, HEX_BYTES); at += 16) {
    const part = [...bytes.subarray(at, at + 16)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = part.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join('\n');
}
