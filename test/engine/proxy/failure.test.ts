/** Errors of transports, in codes and words. */
import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../../electron/engine/proxy/failure.ts';

const withCode = (code: string, name = 'Error'): Error => Object.assign(new Error('inner words'), { code, name });

describe('describeFailure', () => {
  it.each([
    ['ECONNREFUSED', 'BACKEND_REFUSED'],
    ['ECONNRESET', 'BACKEND_RESET'],
    ['CONNECTION_CLOSED', 'BACKEND_RESET'],
    ['RESPONSE_TIMEOUT', 'BACKEND_TIMEOUT'],
    ['CONNECT_TIMEOUT', 'BACKEND_TIMEOUT'],
    ['ENOTFOUND', 'BACKEND_NOT_FOUND'],
    ['RESPONSE_MALFORMED', 'BACKEND_GARBAGE'],
    ['RESPONSE_HEAD_TOO_LARGE', 'BACKEND_GARBAGE'],
    ['ERR_INVALID_CHAR', 'BACKEND_GARBAGE'],
    ['ERR_HTTP2_ERROR', 'BACKEND_GARBAGE'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'BACKEND_TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'BACKEND_TLS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'BACKEND_TLS'],
    ['REQUEST_LENGTH', 'REQUEST_MALFORMED'],
  ])('%s is %s', (code, expected) => expect(describeFailure(withCode(code)).code).toBe(expected));

  it('an unknown error is a reset in its own words', () => {
    expect(describeFailure(new Error('inner words'))).toEqual({ code: 'BACKEND_RESET', reason: 'inner words' });
    expect(describeFailure(new Error(''))).toEqual({ code: 'BACKEND_RESET', reason: 'connection failed' });
  });
});
