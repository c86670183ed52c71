/** The colours of both themes read well: WCAG 2.2 contrast, AA for all text, AAA for body text. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../renderer/style/tokens.css', import.meta.url), 'utf8');

function tokensOf(theme: string): Map<string, string> {
  const start = css.indexOf(`[data-theme='${theme}']`);
  const block = css.slice(start, css.indexOf('}', start));
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]));
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

const SURFACES = ['surface-0', 'surface-1', 'surface-2', 'surface-3', 'surface-float', 'tint-down', 'tint-degraded'];
const TEXTS = ['text-muted', 'state-healthy', 'state-unknown', 'state-degraded', 'state-down', 'state-draining'];

describe.each(['light', 'dark'])('the %s theme', (theme) => {
  const tokens = tokensOf(theme);
  const ratio = (text: string, surface: string): number => contrast(tokens.get(text)!, tokens.get(surface)!);

  it('has body text at AAA', () => {
    for (const surface of SURFACES) expect(ratio('text', surface), surface).toBeGreaterThanOrEqual(7);
  });

  it('has muted text and states at AA', () => {
    for (const surface of SURFACES)
      for (const text of TEXTS) expect(ratio(text, surface), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5);
  });

  it('has buttons and input borders that stand out', () => {
    expect(ratio('on-accent', 'accent')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('on-accent', 'accent-strong')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('on-danger', 'danger')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('accent', 'surface-3')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('line-strong', 'surface-1')).toBeGreaterThanOrEqual(3);
    expect(ratio('focus', 'surface-1')).toBeGreaterThanOrEqual(3);
  });
});
