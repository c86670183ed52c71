/** Memory that is lent to sockets: read into again once nobody holds it, and never before. */
import { expect, it } from 'vitest';
import { createLender } from '../../../../electron/engine/proxy/transport/lender.ts';

const LARGE = 32 * 1024;

it('gives streams other memory while what it gave is kept', () => {
  const lender = createLender();
  lender.isStreaming = true;
  const first = lender.nextBuffer();
  lender.keep(first.subarray(0, LARGE));
  expect(lender.nextBuffer().buffer).not.toBe(first.buffer);
});

it('gives the same memory again once what was kept is taken back', () => {
  const lender = createLender();
  lender.isStreaming = true;
  const first = lender.nextBuffer();
  lender.keep(first.subarray(0, LARGE));
  lender.takeBack();
  expect(lender.nextBuffer().buffer).toBe(first.buffer);
});

it('lets nobody keep the memory that all share', () => {
  const lender = createLender();
  const common = lender.nextBuffer();
  expect(lender.keep(common.subarray(0, LARGE)).buffer).not.toBe(common.buffer);
  expect(createLender().nextBuffer().buffer).toBe(common.buffer);
});

it('reads more at a time for as long as reads are full', () => {
  const lender = createLender();
  lender.isStreaming = true;
  const first = lender.nextBuffer();
  lender.onRead(first.length, first);
  const second = lender.nextBuffer();
  expect(second.length).toBeGreaterThan(first.length);
  lender.onRead(LARGE, second);
  lender.keep(second.subarray(0, LARGE));
  expect(lender.nextBuffer().length).toBe(first.length);
});
