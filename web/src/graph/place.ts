/** Places for what is new. What is drawn already never moves, and nothing comes to lie on anything. */

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export const COLUMN = 300;
/** Between parties, whose edges have long labels. */
export const PARTIES = 560;
export const GAP = 18;

/** The free place nearest to a wanted one, in the same column; x and y are the middle of a box. */
export function placed(taken: Iterable<Box>, wanted: Box): Box {
  const blocked: [number, number][] = [];
  for (const box of taken) {
    if (Math.abs(box.x - wanted.x) * 2 < box.w + wanted.w + 2 * GAP) {
      const reach = (box.h + wanted.h) / 2 + GAP;
      blocked.push([box.y - reach, box.y + reach]);
    }
  }
  return { ...wanted, y: nearestFree(blocked, wanted.y) };
}

/** The number nearest to `y` that lies within none of some open intervals; of two, the larger. */
function nearestFree(blocked: [number, number][], y: number): number {
  blocked.sort((a, b) => a[0] - b[0]);
  let low = y;
  let high = y;
  for (const [from, to] of blocked) if (from < high && high < to) high = to;
  blocked.sort((a, b) => b[1] - a[1]);
  for (const [from, to] of blocked) if (from < low && low < to) low = from;
  return y - low < high - y ? low : high;
}

/** Places for several boxes, one after the other. */
export function placeAll(taken: readonly Box[], wanted: readonly Box[]): Box[] {
  const all = [...taken];
  return wanted.map((box) => {
    const found = placed(all, box);
    all.push(found);
    return found;
  });
}

/** Whether two boxes share more than an edge. */
export function overlap(a: Box, b: Box): boolean {
  return Math.abs(a.x - b.x) * 2 < a.w + b.w && Math.abs(a.y - b.y) * 2 < a.h + b.h;
}
