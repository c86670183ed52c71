import { describe, expect, it } from 'vitest';
import { redactHeaders, redactText, redactUrl } from '../../../electron/engine/record/redact.ts';

describe('redactHeaders', () => {
  const values = (raw: string[]): string[] => redactHeaders(raw).map(([, value]) => value);

  it('hides credentials and keeps what they were', () => {
    expect(values(['Authorization', 'Bearer abc', 'proxy-authorization', 'Basic eHk6eg=='])).toEqual([
      'Bearer [redacted]',
      'Basic [redacted]',
    ]);
  });

  it('hides the values of cookies, not their names and attributes', () => {
    expect(values(['Cookie', 'a=1; b=2', 'Set-Cookie', 'sid=s3cret; Path=/; HttpOnly'])).toEqual([
      'a=[redacted]; b=[redacted]',
      'sid=[redacted]; Path=/; HttpOnly',
    ]);
  });

  it('hides keys whatever the case of the header', () => {
    expect(values(['X-API-KEY', 'k', 'x-my-service-token', 't', 'X-Vault-Token', 'v'])).toEqual([
      '[redacted]',
      '[redacted]',
      '[redacted]',
    ]);
  });

  it('hides credentials in the URLs of Referer and Location', () => {
    expect(values(['Referer', 'http://a/?token=1&x=2', 'location', '/cb?code=9#access_token=7'])).toEqual([
      'http://a/?token=[redacted]&x=2',
      '/cb?code=[redacted]#access_token=[redacted]',
    ]);
  });

  it('keeps the rest, order and repetition too', () => {
    expect(redactHeaders(['Accept', 'a', 'accept', 'b'])).toEqual([
      ['Accept', 'a'],
      ['accept', 'b'],
    ]);
  });
});

describe('redactUrl', () => {
  it.each([
    ['/a?api_key=1&q=2', '/a?api_key=[redacted]&q=2'],
    ['/a?q=1&PASSWORD=x', '/a?q=1&PASSWORD=[redacted]'],
    ['/a?%74oken=x', '/a?%74oken=[redacted]'],
    ['/a?client-secret=x;key=y', '/a?client-secret=[redacted];key=[redacted]'],
    ['/a?postcode=1234&keyboard=qwerty', '/a?postcode=1234&keyboard=qwerty'],
    ['/a?code=%E0%A4%A', '/a?code=[redacted]'],
    ['/a?%E0%A4%A=1', '/a?%E0%A4%A=1'],
    ['http://user:pa@ss@host/x', 'http://user:[redacted]@host/x'],
    ['http://host:80/a@b', 'http://host:80/a@b'],
    ['/plain', '/plain'],
  ])('%s becomes %s', (url, wanted) => expect(redactUrl(url)).toBe(wanted));
});

it('URLs inside a sentence are redacted too', () => {
  expect(redactText('GET http://a:b@c/?token=1 failed, why?')).toBe(
    'GET http://a:[redacted]@c/?token=[redacted] failed, why?',
  );
});
