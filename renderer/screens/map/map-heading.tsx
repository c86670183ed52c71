/** The name of a column of the map. */
import type { NodeProps } from '@xyflow/react';
import type { HeadingNode } from './flow.ts';

export function MapHeading({ data }: NodeProps<HeadingNode>) {
  return <span className="map-heading">{data.title}</span>;
}
