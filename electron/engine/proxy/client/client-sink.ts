/** The body of a response as a stream, for what goes through transforms. */
import { Writable } from 'node:stream';
import type { Client } from './client.ts';

export function createSink(client: Pick<Client, 'write' | 'onDrain' | 'end' | 'destroy'>): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (client.write(chunk) === 'full') client.onDrain(done);
      else done();
    },
    final(done) {
      client.end();
      done();
    },
    destroy(error, done) {
      if (error !== null) client.destroy();
      done(error);
    },
  });
}
