/** The durations of the config file; the first file of the schema to be loaded. */
import { z } from 'zod';

/** Zod compiles schemas with `new Function` unless told otherwise; the renderer's CSP forbids that. */
z.config({ jitless: true });

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `30` (seconds) or `"500ms"`, `"30s"`, `"5m"`, `"1h"`, also joined as in `"1m30s"`; parsed to milliseconds. */
export const duration = z
  .union([
    z.number().nonnegative(),
    z
      .string()
      .regex(/^\d+(\.\d+)?$|^(\d+(\.\d+)?(ms|s|m|h))+$/, 'use seconds, or a number with ms, s, m or h, as in "30s"'),
  ])
  .transform(toMs)
  .describe('A duration: a number of seconds, or a number with a unit, as in "500ms", "30s", "5m".');

function toMs(value: number | string): number {
  const bare = Number(value);
  if (!Number.isNaN(bare)) return bare * 1_000;
  const parts = String(value).matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g);
  return [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * UNIT_MS[unit!]!, 0);
}
