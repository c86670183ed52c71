/** Why a backend did not answer, where it is not the system that says so. */

export type TransportErrorCode =
  | 'CONNECT_TIMEOUT'
  | 'CONNECTION_CLOSED'
  | 'REHEARSED_REFUSAL'
  | 'REQUEST_LENGTH'
  | 'RESPONSE_HEAD_TOO_LARGE'
  | 'RESPONSE_LENGTH'
  | 'RESPONSE_MALFORMED'
  | 'RESPONSE_TIMEOUT'
  | 'TRANSPORT_CLOSED';

export class TransportError extends Error {
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string) {
    super(message);
    this.name = 'TransportError';
    this.code = code;
  }
}
