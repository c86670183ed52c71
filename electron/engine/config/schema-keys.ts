/** Which keys a zod schema knows at a path of the value. */
import type { z } from 'zod';
import type { ConfigPath } from '../../../shared/problem.ts';

/** What we read of a schema's definition; the kinds that are not named here have no keys. */
interface Definition {
  type: string;
  shape?: Record<string, z.core.$ZodType>;
  element?: z.core.$ZodType;
  innerType?: z.core.$ZodType;
  in?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
  options?: readonly z.core.$ZodType[];
}

const definitionOf = (schema: z.core.$ZodType): Definition => schema._zod.def as unknown as Definition;

/** The keys of the objects that may stand at the path. */
export function keysAt(schema: z.core.$ZodType, path: ConfigPath): string[] {
  const reached = path.reduce<z.core.$ZodType[]>(
    (schemas, step) => schemas.flatMap((item) => stepInto(item, step)),
    [schema],
  );
  return reached.flatMap((item) => alternatives(item)).flatMap((item) => Object.keys(definitionOf(item).shape ?? {}));
}

/** Optional, default, transform and union wrappers taken off. */
function alternatives(schema: z.core.$ZodType): z.core.$ZodType[] {
  const { innerType, in: input, options } = definitionOf(schema);
  if (options) return options.flatMap(alternatives);
  const inside = innerType ?? input;
  return inside ? alternatives(inside) : [schema];
}

function stepInto(schema: z.core.$ZodType, step: string | number): z.core.$ZodType[] {
  return alternatives(schema).flatMap((item) => {
    const { type, shape, element, valueType } = definitionOf(item);
    const next =
      type === 'object' && shape && Object.hasOwn(shape, step)
        ? shape[step]
        : type === 'array'
          ? element
          : type === 'record'
            ? valueType
            : undefined;
    return next ? [next] : [];
  });
}
