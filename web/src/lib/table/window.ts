/** Which rows of a long list are in the document. Pure: places and pixels in, places out. */

export interface Window {
  first: number;
  /** One after the last. */
  end: number;
  /** Pixels that stand for the rows before and after. */
  before: number;
  after: number;
}

/** Rows kept beyond each edge, so that a key or a turn of the wheel finds them there. */
export const SPARE = 12;

export function windowOf(rows: number, top: number, height: number, rowHeight: number): Window {
  const most = Math.max(0, rows);
  const size = Math.max(1, rowHeight);
  const seen = Math.ceil(Math.max(0, height) / size) + 1;
  const at = Math.min(Math.max(0, Math.floor(top / size)), Math.max(0, most - seen));
  const first = Math.max(0, at - SPARE);
  const end = Math.min(most, at + seen + SPARE);
  return { first, end, before: first * size, after: (most - end) * size };
}
