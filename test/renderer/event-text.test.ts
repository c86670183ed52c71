/** Log entries as text: one line each, whatever they carry. */
import { describe, expect, it } from 'vitest';
import { eventAsText, eventsAsJson, eventsAsText } from '../../renderer/store/event-text.ts';
import type { LogEntry } from '../../shared/state.ts';

const AT = Date.UTC(2026, 10, 26, 9, 12, 44, 31);
const entry = (rest: Partial<LogEntry> = {}): LogEntry => ({
  id: 1,
  at: AT,
  level: 'warn',
  event: 'backend.healthChanged',
  message: 'web-1 of shop.local is down',
  ...rest,
});

describe('events as text', () => {
  it('are one line each, with the time in UTC and the fields by name', () => {
    expect(eventsAsText([entry({ fields: { site: 'shop.local', tries: 3, last: null } }), entry()])).toBe(
      '2026-11-26T09:12:44.031Z warn backend.healthChanged web-1 of shop.local is down site=shop.local tries=3 last=null\n' +
        '2026-11-26T09:12:44.031Z warn backend.healthChanged web-1 of shop.local is down\n',
    );
  });

  it('quote a value that would read as more than one', () => {
    const fields = { reason: 'no "such" host', pair: 'a=b', plain: 'ok' };
    expect(eventAsText(entry({ fields }))).toMatch(/ reason="no \\"such\\" host" pair="a=b" plain=ok$/);
  });

  it.each(['a\nb', 'a\r\nb', 'a\rb', 'a\u2028b', 'a\u0085b', 'a\u000bb'])(
    'stay one line with %j in the message and in a field',
    (text) => {
      const written = eventAsText(entry({ message: text, fields: { value: text } }));
      expect(written).not.toMatch(/[\n\r\v\f\u0085\u2028\u2029]/);
      expect(written).toContain('a b');
    },
  );

  it('show what would steer a terminal instead of carrying it', () => {
    const written = eventAsText(entry({ message: 'red \u001b[31m', fields: { value: '\u0007' } }));
    expect(written).toContain('red \\u001b[31m value=\\u0007');
  });

  it('of nothing are nothing', () => {
    expect(eventsAsText([])).toBe('');
    expect(eventsAsJson([])).toBe('');
  });
});

describe('events as JSON lines', () => {
  it('come back as they were, with the time readable too', () => {
    const entries = [entry({ message: 'a\nb', fields: { value: '\u2028"' } }), entry({ id: 2 })];
    const lines = eventsAsJson(entries).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      entries.map((each) => ({ time: '2026-11-26T09:12:44.031Z', ...each })),
    );
  });
});
