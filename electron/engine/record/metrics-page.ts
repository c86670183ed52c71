/** Writes Prometheus text (exposition format 0.0.4): families, samples, escaped labels. */

export interface MetricsPage {
  family: (name: string, type: 'counter' | 'gauge' | 'histogram', help: string) => void;
  sample: (name: string, labels: Record<string, string>, value: number) => void;
  /** A family of one sample. */
  single: (
    name: string,
    type: 'counter' | 'gauge',
    help: string,
    value: number,
    labels?: Record<string, string>,
  ) => void;
  text: () => string;
}

export function createPage(): MetricsPage {
  const lines: string[] = [];
  const page: MetricsPage = {
    family(name, type, help) {
      lines.push(`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${type}`);
    },
    sample(name, labels, value) {
      const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
      lines.push(`${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`);
    },
    single(name, type, help, value, labels = {}) {
      page.family(name, type, help);
      page.sample(name, labels, value);
    },
    text: () => `${lines.join('\n')}\n`,
  };
  return page;
}

/** Backslash, quote and line feed, as the format asks; a carriage return would break simple readers. */
export function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}
