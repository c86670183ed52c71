/** Fills `{placeholders}` of redirect and rewrite targets. */

/** The names in braces that are not among `known`. */
export function unknownPlaceholders(template: string, known: readonly string[]): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).filter((name) => !known.includes(name));
}

/**
 * The template with its values put in, once: braces within a value stay as they are.
 * `{query}` brings its own `?` unless the template has one before it, and a `?` left without a query goes.
 */
export function fillTemplate(template: string, values: ReadonlyMap<string, string>): string {
  const filled = template.replace(/\{(\w+)\}/g, (whole: string, name: string, at: number) => {
    const value = values.get(name);
    if (value === undefined) return whole;
    return name === 'query' && value !== '' && !template.slice(0, at).includes('?') ? `?${value}` : value;
  });
  return values.get('query') === '' && (filled.endsWith('?') || filled.endsWith('&')) ? filled.slice(0, -1) : filled;
}
