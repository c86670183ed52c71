/** Keeps the Vary field right when an answer depends on a request header. */
import type { HeaderList } from '../generation.ts';

/** Adds the name unless Vary has it already or says `*` (RFC 9110 §12.5.5). */
export function addVary(headers: HeaderList, name: string): void {
  const present = headers.getAll('vary').flatMap((value) => value.split(',').map((each) => each.trim().toLowerCase()));
  if (!present.includes('*') && !present.includes(name.toLowerCase())) headers.append('Vary', name);
}
