import { describe, expect, it } from 'vitest';
import { ERROR_PAGES, describeError, renderError } from '../../../electron/engine/proxy/pages.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const EVIL = '<script>alert("x")</script>';
const page = describeError('POOL_EMPTY', `no backend of ${EVIL}\nanswers.`, {
  details: [{ label: 'web-1', text: `refused '${EVIL}'` }],
  host: EVIL,
  requestId: 'r1',
});

describe('error pages', () => {
  it.each([
    ['text/html', BROWSER],
    ['application/json', 'application/json'],
    ['application/json', 'application/json, text/plain, */*'],
    ['application/json', '*/*, application/problem+json'],
    ['application/json', 'text/html;q=0.5, application/json'],
    ['text/html', 'application/json;q=0.5, text/html;q=0.9'],
    ['text/plain', '*/*'],
    ['text/plain', undefined],
    ['text/plain', ''],
    ['text/plain', 'image/png'],
    ['text/plain', 'text/html;q=0, */*'],
    ['text/plain', 'text/html;q=nonsense'],
  ])('are %s for Accept: %s', (type, accept) => {
    expect(renderError(page, accept).contentType).toBe(`${type}; charset=utf-8`);
  });

  it('escape everything they show', () => {
    const { body } = renderError(page, BROWSER);
    expect(body).not.toContain('<script');
    expect(body).toContain('&lt;script&gt;alert(&quot;x&quot;)');
    expect(body).toContain('POOL_EMPTY');
    expect(body).toContain(ERROR_PAGES.POOL_EMPTY.fix);
  });

  it('load nothing from outside', () => {
    expect(renderError(page, BROWSER).body).not.toMatch(/https?:\/\/|src=|@import|url\(/);
  });

  it('carry code, status, message, fix and details in JSON', () => {
    expect(JSON.parse(renderError(page, 'application/json').body)).toMatchObject({
      error: { code: 'POOL_EMPTY', status: 503, message: page.message, fix: page.fix, details: page.details },
    });
  });

  it('are one line of text otherwise', () => {
    const { body } = renderError(page, undefined);
    expect(body.indexOf('\n')).toBe(body.length - 1);
    expect(body.startsWith('POOL_EMPTY: ')).toBe(true);
    expect(body).toContain('web-1: refused');
  });

  it('exist for every code, with an error status and a remedy', () => {
    for (const [code, { status, title, fix }] of Object.entries(ERROR_PAGES)) {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title).not.toMatch(/[.!]$/);
      expect(fix).toMatch(/\.$/);
    }
  });
});
