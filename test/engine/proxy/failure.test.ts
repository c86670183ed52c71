/** Errors of transports, in codes and words. */
import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../../electron/engine/proxy/failure.ts';

const withCode = (code: string, name = 'Error'): Error => Object.assign(new Error('inner words'), { code, name });

describe('describeFailure', () => {
  it.each([
    ['ECONNREFUSED', 'BACKEND_REFUSED'],
    ['ECONNRESET', 'BACKEND_RESET'],
    ['UND_ERR_SOCKET', 'BACKEND_RESET'],
    ['UND_ERR_HEADERS_TIMEOUT', 'BACKEND_TIMEOUT'],
    ['UND_ERR_CONNECT_TIMEOUT', 'BACKEND_TIMEOUT'],
    ['ENOTFOUND', 'BACKEND_NOT_FOUND'],
    ['HPE_INVALID_CONSTANT', 'BACKEND_GARBAGE'],
    ['UND_ERR_HEADERS_OVERFLOW', 'BACKEND_GARBAGE'],
    ['ERR_INVALID_CHAR', 'BACKEND_GARBAGE'],
    ['ERR_HTTP2_ERROR', 'BACKEND_GARBAGE'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'BACKEND_TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'BACKEND_TLS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'BACKEND_TLS'],
    ['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'REQUEST_MALFORMED'],
  ])('%s is %s', (code, expected) => expect(describeFailure(withCode(code)).code).toBe(expected));

  it('an unknown error is a reset in its own words', () => {
    expect(describeFailure(new Error('inner words'))).toEqual({ code: 'BACKEND_RESET', reason: 'inner words' });
    expect(describeFailure(new Error(''))).toEqual({ code: 'BACKEND_RESET', reason: 'connection failed' });
  });

  it("undici's parser error is garbage by its name", () => {
    expect(describeFailure(withCode('', 'HTTPParserError')).code).toBe('BACKEND_GARBAGE');
  });
});
