/** The way from one item to the next: its rate and errors in figures, and a pulse when requests pass. */
import { memo } from 'react';
import { formatRate } from '../../parts/format.ts';
import type { EdgeProps } from '@xyflow/react';
import { stepPath } from './step-path.ts';
import type { LinkEdge } from './flow.ts';

export const MapEdge = memo(function MapEdge(props: EdgeProps<LinkEdge>) {
  const path = stepPath(props.sourceX, props.sourceY, props.targetX, props.targetY);
  const { data } = props;
  if (!data) return null;
  const { rate, pulse, column, look } = data;
  const isLive = rate.perSecond > 0;
  const x = props.targetX - 4;
  return (
    <g className={`map-link look-${look} ${isLive ? 'is-live' : ''}`} aria-hidden="true">
      <path className="map-line-path" d={path} />
      {isLive && <path key={pulse} className={`map-pulse pulse-${Math.min(column, 5)}`} d={path} pathLength={1} />}
      {isLive && (
        <text className="map-label num" x={x} y={props.targetY - 6} textAnchor="end">
          {formatRate(rate.perSecond)}/s
        </text>
      )}
      {rate.errorsPerSecond > 0 && (
        <text className="map-label map-label-bad num" x={x} y={props.targetY + 14} textAnchor="end">
          {formatRate(rate.errorsPerSecond)} err/s
        </text>
      )}
    </g>
  );
});
