/** Validates an HTTP archive by the schema that its tools publish. */
import { createRequire } from 'node:module';
import { Ajv, type AnySchemaObject } from 'ajv';

const require = createRequire(import.meta.url);

const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
const isUri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:[^\s]*$/i.test(text);

function makeCheck() {
  const schemas = require('har-schema') as Record<string, AnySchemaObject>;
  const ajv = new Ajv({ strict: false, formats: { 'date-time': isDate, uri: isUri, ipv4: true, ipv6: true } });
  ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-06.json') as AnySchemaObject);
  ajv.addSchema(Object.values(schemas));
  return ajv.compile({ $ref: 'har.json#' });
}

const check = makeCheck();

/** What is wrong with it; nothing of a valid one. */
export function harProblems(har: unknown): string[] {
  return check(har) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
