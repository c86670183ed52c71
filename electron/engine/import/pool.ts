/** Backends as every source names them, and the pool that is written of them. */
import type { BackendFile } from '../../../shared/config.ts';
import type { RouteKeys } from './draft.ts';

export interface Upstream {
  protocol: 'http' | 'https' | 'h2c';
  /** IPv6 in brackets. */
  host: string;
  port: number;
  weight: number;
  /** Put before the path; empty or `/base`. */
  base: string;
  /** Its other keys. */
  rest: Partial<BackendFile>;
}

const DEFAULT_PORTS = { http: 80, https: 443, h2c: 80 } as const;

export const urlOf = ({ protocol, host, port, base }: Upstream): string =>
  `${protocol}://${host}${port === DEFAULT_PORTS[protocol] ? '' : `:${port}`}${base}`;

/** One that is alone and plain is the route's url. */
export function poolOf(upstreams: readonly Upstream[]): RouteKeys {
  const [only] = upstreams;
  if (upstreams.length === 1 && Object.keys(only!.rest).length === 0) return { url: urlOf(only!) };
  return {
    balance: upstreams.map((upstream) => ({
      url: urlOf(upstream),
      ...(upstream.weight === 1 ? {} : { weight: Math.min(1_000, upstream.weight) }),
      ...upstream.rest,
    })),
  };
}

const UNIT_SECONDS: Record<string, number> = {
  ns: 1e-9,
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
};

/** `30`, `30s`, `1m30s`, `500ms`, `1d` as our file says it. */
export function seconds(text: string): string {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h|d|w)?/g)];
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNIT_SECONDS[unit ?? 's']!, 0);
  return total > 0 && total < 1 ? `${Math.max(1, Math.round(total * 1_000))}ms` : `${Math.round(total)}s`;
}
