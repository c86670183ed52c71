import { describe, expect, it } from 'vitest';
import { createMetrics, SERIES_LIMIT, SITE_LIMIT } from '../../../electron/engine/record/metrics.ts';
import { recorded } from '../../kit/exchange.ts';

const gauges = {
  version: '1.2.3',
  startedAt: 1_700_000_000,
  revision: 7,
  backends: [{ site: 'shop.local', name: 'web-1', url: 'http://localhost:1', up: true, active: 2 }],
};
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;

/** Reads the format strictly: anything that is not a comment or a sample throws. */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const typed = new Set<string>();
  for (const line of text.split('\n').slice(0, -1)) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line);
    if (type) typed.add(type[1]!);
    if (line.startsWith('# ')) continue;
    const parts = /^([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\nr])*",?)*\})? (\S+)$/.exec(line);
    if (!parts || !NAME.test(parts[1]!) || Number.isNaN(Number(parts[3]))) throw new Error(`not a sample: ${line}`);
    if (!typed.has(parts[1]!) && !typed.has(parts[1]!.replace(/_(bucket|sum|count)$/, '')))
      throw new Error(`no type: ${line}`);
    if (samples.has(parts[1]! + (parts[2] ?? ''))) throw new Error(`twice: ${line}`);
    samples.set(parts[1]! + (parts[2] ?? ''), Number(parts[3]));
  }
  return samples;
}

describe('the metrics text', () => {
  it('counts requests, bytes, retries and durations', () => {
    const metrics = createMetrics();
    metrics.observe(recorded({ durationMs: 3, bytesIn: 5 }));
    metrics.observe(
      recorded({ durationMs: 300, attempts: [{ backend: 'a', error: 'BACKEND_REFUSED' }, { backend: 'web-1' }] }),
    );
    metrics.observe(recorded({ status: 503, backend: '', durationMs: 60_000 }));
    const samples = parse(metrics.render(gauges));
    expect(Object.fromEntries(samples)).toMatchObject({
      'mogoly_requests_total{site="shop.local",backend="web-1",code="200"}': 2,
      'mogoly_requests_total{site="shop.local",backend="",code="503"}': 1,
      'mogoly_request_duration_seconds_bucket{site="shop.local",le="0.005"}': 1,
      'mogoly_request_duration_seconds_bucket{site="shop.local",le="0.5"}': 2,
      'mogoly_request_duration_seconds_bucket{site="shop.local",le="+Inf"}': 3,
      'mogoly_request_duration_seconds_count{site="shop.local"}': 3,
      'mogoly_bytes_in_total{site="shop.local"}': 5,
      'mogoly_bytes_out_total{site="shop.local"}': 300,
      'mogoly_retries_total{site="shop.local"}': 1,
      'mogoly_backend_up{site="shop.local",backend="web-1",url="http://localhost:1"}': 1,
      'mogoly_backend_active{site="shop.local",backend="web-1",url="http://localhost:1"}': 2,
      mogoly_config_revision: 7,
      process_start_time_seconds: 1_700_000_000,
    });
  });

  it('labels cannot break out of their quotes', () => {
    const metrics = createMetrics();
    metrics.observe(recorded({ site: 'a"} 1\nevil_total 2\\' }));
    const samples = parse(metrics.render(gauges));
    expect([...samples.keys()].some((name) => name.startsWith('evil'))).toBe(false);
  });

  it('more names than the bound are counted together', () => {
    const metrics = createMetrics();
    for (let index = 0; index < SERIES_LIMIT + 100; index += 1) metrics.observe(recorded({ site: `site-${index}` }));
    const samples = parse(metrics.render(gauges));
    expect(samples.get('mogoly_requests_total{site="other",backend="",code="200"}')).toBe(100);
    expect(samples.get('mogoly_request_duration_seconds_count{site="other"}')).toBe(SERIES_LIMIT + 100 - SITE_LIMIT);
  });
});
