/** Keeps glibc from giving back, at every turn, memory that the next turn asks for again. */

/**
 * glibc hands what is free at the top of its heap to the kernel as soon as it is more than 128 KiB, and bodies that
 * stream free that much all the time: each piece is then faulted in again page by page, which doubled the cost of a
 * transfer in the processes that it befell. The bound rises to twice the largest piece that was mapped by itself and
 * freed (mallopt(3), M_MMAP_THRESHOLD). This one is freed by the first garbage collection, and no page of it is touched.
 */
export function keepHeapTop(): void {
  Buffer.allocUnsafeSlow(PIECE_BYTES);
}

const PIECE_BYTES = 16 * 1024 * 1024;
