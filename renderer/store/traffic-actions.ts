/** What the Traffic screen does: replay, resend, copy, clear, archives out and in, capture. */
import { bridge } from '../bridge.ts';
import type { CaptureState, ExchangeRecord, ReplayEdits } from '../../shared/capture.ts';
import { toCurl } from '../../shared/curl.ts';
import { toHar } from '../../shared/har.ts';
import { fromHar, HAR_LIMIT_BYTES } from '../../shared/har-import.ts';
import { problem, type Problem } from '../../shared/problem.ts';
import type { Exchange } from '../../shared/state.ts';
import { plural } from '../parts/format.ts';
import { copyText } from './changes.ts';
import { liveStore } from './live.ts';
import { showProblems, showToast } from './toasts.ts';
import { forget, resume, select, showImported, trafficStore } from './traffic.ts';

/** Read at once from the engine for an export. */
const READ_AT_ONCE = 25;

/** As a browser would have it, with our port where it is not the scheme's own. */
export function urlOf({ tls, host, path }: Exchange): string {
  const listener = liveStore.getState().snapshot?.listeners.find(({ kind }) => kind === (tls ? 'https' : 'http'));
  const isImported = trafficStore.getState().imported !== undefined;
  const isDefault = isImported || listener === undefined || listener.port === (tls ? 443 : 80) || host.includes(':');
  return `${tls ? 'https' : 'http'}://${host}${isDefault ? '' : `:${listener.port}`}${path}`;
}

/** The problems are the caller's to show; undefined when it went, and the new exchange is shown. */
export async function replay(id: number, edits?: ReplayEdits): Promise<Problem[] | undefined> {
  const answer = await bridge.call('exchanges.replay', edits === undefined ? { id } : { id, edits });
  if (!answer.ok) return answer.problems;
  resume();
  select(answer.value.id);
  showToast({ kind: 'note', message: `Sent again as #${answer.value.id}: ${answer.value.status || 'no answer'}.` });
  return undefined;
}

export async function copyCurl(record: ExchangeRecord): Promise<void> {
  const { method, requestHeaders: headers, captured } = record;
  const body = captured?.requestBody;
  const fields = headers.filter(([name]) => !name.startsWith(':'));
  const command = toCurl({ method, url: urlOf(record), headers: fields, base64: body?.base64 });
  if (!(await copyText(command))) return;
  const isPartial = body?.isTruncated === true || (body === undefined && record.bytesIn > 0);
  const hides = command.includes('[redacted]') ? ' Credentials are left out.' : '';
  showToast({ kind: 'note', message: `Copied as curl.${isPartial ? ' Its body is not whole.' : ''}${hides}` });
}

export async function clearAll(): Promise<void> {
  const answer = await bridge.call('exchanges.clear', {});
  if (!answer.ok) return showProblems(answer.problems);
  forget();
}

/** Reads each with its headers and bodies, and asks where to; those that are gone are left out and counted. */
export async function exportHar(
  exchanges: readonly Exchange[],
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const records = await readAll(exchanges, progress, signal);
  if (signal.aborted) return;
  const version = liveStore.getState().snapshot?.version ?? '';
  const text = toHar(records, { name: 'Mogoly', version }, urlOf);
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const answer = await bridge.callApp('app.saveText', { suggestedName: `mogoly-${stamp}.har`, text });
  if (!answer.ok) return showProblems(answer.problems);
  if (answer.value.file === null) return;
  const gone = exchanges.length - records.length;
  const left = gone > 0 ? ` ${plural(gone, 'request')} had made room for newer ones.` : '';
  showToast({ kind: 'note', message: `${plural(records.length, 'request')} exported to ${answer.value.file}.${left}` });
}

async function readAll(
  exchanges: readonly Exchange[],
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<ExchangeRecord[]> {
  const { imported } = trafficStore.getState();
  if (imported !== undefined) {
    const wanted = new Set(exchanges.map(({ id }) => id));
    return imported.records.filter(({ id }) => wanted.has(id));
  }
  const records: ExchangeRecord[] = [];
  for (let at = 0; at < exchanges.length && !signal.aborted; at += READ_AT_ONCE) {
    const batch = exchanges.slice(at, at + READ_AT_ONCE);
    const answers = await Promise.all(batch.map(({ id }) => bridge.call('exchanges.get', { id })));
    for (const answer of answers) if (answer.ok) records.push(answer.value);
    progress(Math.min(exchanges.length, at + READ_AT_ONCE));
  }
  return records;
}

export async function importHar(file: File): Promise<void> {
  if (file.size > HAR_LIMIT_BYTES) {
    const fix = 'Export fewer requests.';
    return showProblems([problem('HAR_TOO_LARGE', `${file.name} is larger than 64 MiB.`, { fix })]);
  }
  const read = fromHar(await file.text());
  if (!read.ok) return showProblems(read.problems);
  showImported({ name: file.name, records: read.value.records });
  if (read.value.skipped > 0)
    showToast({ kind: 'note', message: `${plural(read.value.skipped, 'entry')} without a request left out.` });
}

export async function setCapture(state: CaptureState, enabled: boolean): Promise<CaptureState> {
  const { bodyBytes, sites } = state;
  const answer = await bridge.call('capture.set', { enabled, bodyBytes, ...(sites === undefined ? {} : { sites }) });
  if (answer.ok) return answer.value;
  showProblems(answer.problems);
  return state;
}
