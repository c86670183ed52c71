/** One exchange as a row of the list; it renders again only when the exchange is another. */
import { memo } from 'react';
import { formatBytes, formatMs, formatTime } from '../../parts/format.ts';
import type { Exchange } from '../../../shared/state.ts';

export type StatusKind = 'good' | 'moved' | 'client' | 'server' | 'none';

export function statusKind({ status }: Pick<Exchange, 'status'>): StatusKind {
  if (status >= 500) return 'server';
  if (status >= 400) return 'client';
  if (status >= 300) return 'moved';
  return status === 0 ? 'none' : 'good';
}

export const TrafficRow = memo(function TrafficRow({ exchange }: { exchange: Exchange }) {
  const { method, host, path, backend, status, durationMs, bytesOut, open, replayOf } = exchange;
  return (
    <div className="traffic-row">
      <time className="mono muted">{formatTime(exchange.startedAt)}</time>
      <span className={`mono status status-${statusKind(exchange)}`}>{status === 0 ? 'none' : status}</span>
      <span className="mono method">{method}</span>
      <span className="mono url">
        <span className="muted">{host}</span>
        {path}
        {replayOf !== undefined && <span className="tag">replay of #{replayOf}</span>}
        {open && <span className="tag">open</span>}
      </span>
      <span className="mono backend">{backend ?? exchange.error ?? ''}</span>
      <span className="num duration">{open ? 'open' : formatMs(durationMs)}</span>
      <span className="num size">{formatBytes(bytesOut)}</span>
    </div>
  );
});
