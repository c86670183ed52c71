/** Offsets of a text as line and column, counted only when somebody asks. */
import type { ConfigPath, Place } from '../../../shared/problem.ts';

/** A parsed file: its value, and where each part of it stands. */
export interface ParsedText {
  value: unknown;
  /** Of the value at the path, else of its nearest ancestor that exists. */
  locate: (path: ConfigPath) => Place | undefined;
  /** Of the key or list item at the path, else of its nearest ancestor that exists. */
  locateKey: (path: ConfigPath) => Place | undefined;
}

/** Lines end at LF, so CRLF counts as well; columns are UTF-16 units from 1. */
export function createPlaces(text: string, file?: string): (offset: number) => Place {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { ...(file === undefined ? {} : { file }), line: low + 1, column: offset - starts[low]! + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
