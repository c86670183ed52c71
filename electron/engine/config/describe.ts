/** The schemas of the config as JSON Schema, for editors and forms. */
import { z } from 'zod';
import { configSchema } from '../../../shared/config.ts';
import type { ConfigSchemas, JsonSchema } from '../../../shared/protocol.ts';

/** Made once: it never changes in one run. */
let made: JsonSchema | undefined;

/** As a person writes the file: defaults may be left out, durations are numbers or text. */
export const configJsonSchema = (): JsonSchema =>
  (made ??= { title: 'Mogoly', ...z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) });

export const describeConfig = (
  middlewares: readonly { name: string; description: string; jsonSchema: JsonSchema }[],
): ConfigSchemas => ({
  config: configJsonSchema(),
  middlewares: Object.fromEntries(
    middlewares.map(({ name, description, jsonSchema }) => [name, { description, ...jsonSchema }]),
  ),
});
