/** A body that fails on its way to one backend is whole for the next, or known to be spent. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RequestBody } from '../../../electron/engine/proxy/request-body.ts';

/** The part of an IncomingMessage that a body reads. */
function makeSource(): PassThrough & { complete: boolean } {
  const source = Object.assign(new PassThrough(), { complete: false });
  source.on('error', () => undefined);
  source.on('end', () => (source.complete = true));
  return source;
}

const bodyOf = (
  source: PassThrough & { complete?: boolean },
  count: (bytes: number) => void = () => undefined,
): RequestBody =>
  new RequestBody(
    {
      source,
      get isComplete() {
        return source.complete === true;
      },
    },
    count,
  );

async function textOf(body: RequestBody): Promise<string> {
  let text = '';
  for await (const chunk of body) text += String(chunk);
  return text;
}

describe('RequestBody', () => {
  it('passes the bytes and counts them', async () => {
    const source = makeSource();
    let counted = 0;
    const body = bodyOf(source, (bytes) => (counted += bytes));
    source.end('hello');
    expect(await textOf(body)).toBe('hello');
    expect([counted, body.touched]).toEqual([5, true]);
  });

  it('takes nothing from the client until it is read', async () => {
    const source = makeSource();
    const body = bodyOf(source);
    source.write('hello');
    await new Promise(setImmediate);
    expect(body.touched).toBe(false);
    expect(source.readableLength).toBe(5);
  });

  it('begun but without a byte yet, it leaves the whole body to the next', async () => {
    const source = makeSource();
    const first = bodyOf(source);
    first.resume();
    await new Promise(setImmediate);
    first.destroy();
    await once(first, 'close');
    expect(first.touched).toBe(false);
    const second = bodyOf(source);
    source.end('hello');
    await new Promise(setImmediate);
    expect(await textOf(second)).toBe('hello');
  });

  it('destroyed after a byte it is spent, and the rest of the upload is dropped', async () => {
    const source = makeSource();
    const body = bodyOf(source);
    body.resume();
    source.write('hello');
    await new Promise(setImmediate);
    body.destroy();
    source.end('rest');
    await once(source, 'end');
    expect(body.touched).toBe(true);
  });

  it('a client that leaves is an error of the body, also when nobody listens', async () => {
    const source = makeSource();
    const body = bodyOf(source);
    body.resume();
    source.write('half');
    await new Promise(setImmediate);
    source.destroy();
    await new Promise((resolve) => body.once('close', resolve));
    expect(body.errored?.message).toContain('the client left');
  });

  it('pauses the client while the backend is slow', async () => {
    const source = makeSource();
    const body = bodyOf(source);
    body.read(0);
    for (let i = 0; i < 8; i++) source.write(Buffer.alloc(64 * 1024));
    await new Promise(setImmediate);
    expect(body.readableLength).toBeLessThanOrEqual(256 * 1024);
    expect(source.isPaused()).toBe(true);
  });
});
