/** Where the eye goes: the whole of a drawing, or as much of it as can be read. Pure. */

import { SIZE, type GraphNode } from "./items";

export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface View {
  zoom: number;
  /** The point of the drawing that lies in the middle of the window. */
  x: number;
  y: number;
}

const EDGE = 40;
const LARGEST = 1.1;
/** Labels of 11.5 pixels are 9 pixels high at this zoom: the least that is read without leaning forward. */
export const READABLE = 0.8;
/** In a window narrower than this, a trail as a whole is unreadable. */
const NARROW = 600;

/** The box round some nodes. */
export function boxOf(nodes: Iterable<GraphNode>): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const one of nodes) {
    const { w, h } = SIZE[one.concept];
    left = Math.min(left, one.x - w / 2);
    right = Math.max(right, one.x + w / 2);
    top = Math.min(top, one.y - h / 2);
    bottom = Math.max(bottom, one.y + h / 2);
  }
  return left > right ? { x: 0, y: 0, w: 0, h: 0 } : { x: left, y: top, w: right - left, h: bottom - top };
}

/** All of it. */
export function whole(box: Rect, width: number, height: number): View {
  const fits = Math.min((width - 2 * EDGE) / Math.max(box.w, 1), (height - 2 * EDGE) / Math.max(box.h, 1));
  return { zoom: Math.min(fits, LARGEST), x: box.x + box.w / 2, y: box.y + box.h / 2 };
}

/** All of it; in a narrow window where that could not be read, what lies round the seed. */
export function begun(box: Rect, seed: GraphNode | undefined, width: number, height: number): View {
  const all = whole(box, width, height);
  if (!seed || width >= NARROW || all.zoom >= READABLE) return all;
  return {
    zoom: READABLE,
    x: within(seed.x, box.x, box.w, width / READABLE),
    y: within(seed.y, box.y, box.h, height / READABLE),
  };
}

/** Nearest to a wanted middle without showing what lies beyond the ends; the middle of what is shorter than the window. */
function within(wanted: number, from: number, length: number, window: number): number {
  const room = (window - 2 * EDGE) / 2;
  return length <= 2 * room ? from + length / 2 : Math.min(Math.max(wanted, from + room), from + length - room);
}
