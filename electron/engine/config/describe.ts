/** The schemas of the config as JSON Schema, for editors and forms. */
import { z } from 'zod';
import { configSchema, middlewareSchema } from '../../../shared/config.ts';
import type { ConfigSchemas, JsonSchema } from '../../../shared/protocol.ts';

/** What the registry of middlewares tells about one. */
export interface MiddlewareDocs {
  name: string;
  /** Older names that mean the same. */
  aliases: readonly string[];
  description: string;
  jsonSchema: JsonSchema;
}

/** As `isModuleName` of the registry reads it: a relative or absolute path, also of Windows, or a file: URL. */
const MODULE_NAME = String.raw`^(\.{0,2}[/\\]|[A-Za-z]:[/\\]|file:)`;

/** Made once: it never changes in one run. */
let made: JsonSchema | undefined;

/** Top-level keys that hold anchors and notes of the author, as in a compose file. */
const EXTENSIONS: JsonSchema = { patternProperties: { '^x-': {} } };

/** As a person writes the file: defaults may be left out, durations are numbers or text. */
const configJsonSchema = (): JsonSchema =>
  (made ??= {
    title: 'Mogoly',
    ...z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }),
    ...EXTENSIONS,
  });

export const describeConfig = (middlewares: readonly MiddlewareDocs[]): ConfigSchemas => ({
  config: configJsonSchema(),
  middlewares: Object.fromEntries(
    middlewares.map(({ name, description, jsonSchema }) => [name, { description, ...jsonSchema }]),
  ),
});

/** The whole file in one schema: the `config` of each middleware follows from its `name`. */
export function describeFile(middlewares: readonly MiddlewareDocs[]): JsonSchema {
  const { $defs, ...schema } = z.toJSONSchema(configSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== middlewareSchema) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      jsonSchema.$ref = '#/$defs/middleware';
    },
  });
  const { $schema: _, ...entry } = z.toJSONSchema(middlewareSchema, { io: 'input', unrepresentable: 'any' });
  const defs: JsonSchema = { ...$defs, middleware: { ...entry, ...byName(entry, middlewares) } };
  for (const { name, description, jsonSchema } of middlewares) {
    const { $schema: __, ...config } = jsonSchema;
    defs[`middleware.${name}`] = { description, ...config };
  }
  return withoutOwnWords({ title: 'Mogoly', ...schema, ...EXTENSIONS, $defs: defs });
}

/** zod gives `startsWith` a format of its own beside its pattern; validators stumble over it. */
const withoutOwnWords = (schema: JsonSchema): JsonSchema =>
  JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === 'format' && value === 'starts_with' ? undefined : value)),
  ) as JsonSchema;

/** The names there are, and for each what its `config` looks like; `if` and `then` are what editors complete by. */
function byName({ properties }: JsonSchema, middlewares: readonly MiddlewareDocs[]): JsonSchema {
  const { name, ...rest } = properties as Record<string, JsonSchema>;
  const known = middlewares.flatMap((each) => [each.name, ...each.aliases]);
  return {
    properties: { name: { ...name, anyOf: [{ enum: known }, { pattern: MODULE_NAME }] }, ...rest },
    allOf: middlewares.map((each) => ({
      if: { properties: { name: { enum: [each.name, ...each.aliases] } }, required: ['name'] },
      then: {
        properties: { config: { $ref: `#/$defs/middleware.${each.name}` } },
        ...(needsConfig(each) ? { required: ['config'] } : {}),
      },
    })),
  };
}

/** No config counts as an empty one. */
const needsConfig = ({ jsonSchema }: MiddlewareDocs): boolean =>
  Array.isArray(jsonSchema['required']) && jsonSchema['required'].length > 0;
