/** The last three minutes: requests and errors a second, and how long they took. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useStore } from 'zustand';
import { formatMs, formatRate } from '../../parts/format.ts';
import { trafficStore } from '../../store/traffic.ts';
import type { TrafficSample } from '../../../shared/state.ts';

const HEIGHT = 44;
/** Three minutes, as many as are kept. */
const SPAN_S = 180;

interface Line {
  label: string;
  /** Token of its colour. */
  colour: string;
  /** Null where there is nothing to tell: without a request nothing took any time. */
  of: (sample: TrafficSample) => number | null;
}

const timeOf = ({ requestsPerSecond }: TrafficSample, ms: number): number | null => (requestsPerSecond > 0 ? ms : null);

const RATES: readonly Line[] = [
  { label: 'Requests/s', colour: '--accent', of: (sample) => sample.requestsPerSecond },
  { label: 'Errors/s', colour: '--state-down', of: (sample) => sample.errorsPerSecond },
];
const TIMES: readonly Line[] = [
  { label: 'p50', colour: '--state-healthy', of: (sample) => timeOf(sample, sample.p50Ms) },
  { label: 'p99', colour: '--state-degraded', of: (sample) => timeOf(sample, sample.p99Ms) },
];

export function TrafficChart() {
  return (
    <div className="traffic-charts">
      <Chart lines={RATES} word={formatRate} />
      <Chart lines={TIMES} word={formatMs} />
    </div>
  );
}

function Chart({ lines, word }: { lines: readonly Line[]; word: (value: number) => string }) {
  const box = useRef<HTMLDivElement>(null);
  const samples = useStore(trafficStore, (state) => state.samples);
  const plot = useRef<uPlot>(undefined);
  useEffect(() => {
    const node = box.current;
    if (!node) return undefined;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(node, lines), dataOf(trafficStore.getState().samples, lines), node);
    };
    draw();
    const sized = new ResizeObserver(() => plot.current?.setSize({ width: node.clientWidth, height: HEIGHT }));
    sized.observe(node);
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      sized.disconnect();
      themed.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [lines]);
  useEffect(() => plot.current?.setData(dataOf(samples, lines)), [samples, lines]);
  const last = samples.at(-1);
  const wordOf = (line: Line): string => {
    const value = last === undefined ? null : line.of(last);
    return value === null ? '–' : word(value);
  };
  const said = lines.map((line) => `${line.label} ${wordOf(line)}`).join(', ');
  return (
    <figure className="traffic-chart">
      <figcaption>
        {lines.map((line) => (
          <span key={line.label} className={`chart-figure chart${line.colour}`}>
            <span className="muted">{line.label}</span> <strong className="num">{wordOf(line)}</strong>
          </span>
        ))}
      </figcaption>
      <div ref={box} className="chart-canvas" role="img" aria-label={`The last minutes: ${said}`} />
    </figure>
  );
}

function optionsOf(node: HTMLElement, lines: readonly Line[]): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  return {
    width: Math.max(1, node.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [4, 0, 2, 0],
    axes: [{ show: false }, { show: false }],
    scales: {
      // Always as wide as what is kept, so that a second is as long when there are few of them.
      x: { range: (_plot, _min, max) => [(max ?? 0) - SPAN_S, max ?? 0] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, max)] },
    },
    series: [
      {},
      ...lines.map(({ label, colour }) => ({
        label,
        stroke: style.getPropertyValue(colour),
        width: 1.5,
        points: { show: false },
      })),
    ],
  };
}

function dataOf(samples: readonly TrafficSample[], lines: readonly Line[]): uPlot.AlignedData {
  return [samples.map(({ at }) => at / 1_000), ...lines.map(({ of }) => samples.map(of))];
}
