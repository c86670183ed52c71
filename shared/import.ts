/** The proxies whose configs are imported, and what the engine is asked about one. */
import { z } from 'zod';
// Before the first schema is made.
import './duration.ts';

export const IMPORT_SOURCES = ['caddy', 'nginx', 'compose'] as const;
export type ImportSource = (typeof IMPORT_SOURCES)[number];

/** In characters: what one command carries to the engine. The command line reads larger files by itself. */
export const MAX_IMPORT_SENT = 1024 * 1024;

export const importRequest = z.strictObject({
  file: z.string().min(1).max(1_000),
  text: z.string().max(MAX_IMPORT_SENT),
  from: z.enum(IMPORT_SOURCES).optional(),
  replace: z.boolean().optional(),
});
