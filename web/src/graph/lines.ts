/**
 * Lines between parties, on the canvas and in files alike. Where many meet in one party they spread beside it and run level
 * to the others, so that each label has a line of its own under it and no other crosses it. Pure.
 */

import { SIZE, type GraphEdge, type GraphNode } from "./items";

export interface Point {
  x: number;
  y: number;
}

export interface Line {
  /** Where it leaves the one and where it enters the other: on the sides that face each other. */
  from: Point;
  to: Point;
  /** Where it becomes level, or begins to be other than that; null: it is straight. */
  corner: Point | null;
  /** The end where fewer lines meet: there is room for a label. */
  end: "from" | "to";
  /** The middle of the label, and how far along the line that is from its end. */
  label: Point;
  reach: number;
  /** It runs to the right: 1; to the left: -1. */
  way: 1 | -1;
  /** Beside another that runs the other way: this far from the middle of the sides; 0: alone. */
  aside: number;
}

/** From the side of a box to a label beside it: the arrow, and some of the line. */
const BESIDE = 24;
/** Beside the party where many meet, the width in which they spread. */
const SPREAD = 76;
/** Wider gaps have boxes within them, which a level line would seem to go through. */
const WIDEST = 520;
/** Half the height of a label of two lines, and some room. */
const ASIDE = 17;

/**
 * By the edge's id; not of edges of another level, nor where one box lies above the other.
 * @param widthOf how wide the label of an edge is.
 */
export function linesOf(
  edges: readonly GraphEdge[],
  nodes: (id: string) => GraphNode | undefined,
  widthOf: (one: GraphEdge) => number,
): Map<string, Line> {
  const between = edges.filter((one) => one.level === "relations");
  const meet = new Map<string, number>();
  for (const one of between) for (const end of [one.from, one.to]) meet.set(end, (meet.get(end) ?? 0) + 1);
  const ways = new Set(between.map((one) => JSON.stringify([one.from, one.to])));
  const lines = new Map<string, Line>();
  for (const one of between) {
    const [from, to] = [nodes(one.from), nodes(one.to)];
    if (!from || !to) continue;
    const end = (meet.get(one.from) ?? 0) < (meet.get(one.to) ?? 0) ? "from" : "to";
    const line = lineOf(from, to, end, ways.has(JSON.stringify([one.to, one.from])), widthOf(one));
    if (line) lines.set(one.id, line);
  }
  return lines;
}

function lineOf(first: GraphNode, last: GraphNode, end: "from" | "to", paired: boolean, width: number): Line | null {
  const way = last.x > first.x ? 1 : -1;
  const aside = paired ? way * ASIDE : 0;
  const from = { x: first.x + (way * SIZE[first.concept].w) / 2, y: first.y - aside };
  const to = { x: last.x - (way * SIZE[last.concept].w) / 2, y: last.y - aside };
  const gap = way * (to.x - from.x);
  if (gap <= 0) return null;
  const [near, far, on] = end === "to" ? [to, from, -way] : [from, to, way];
  const level = gap <= WIDEST;
  const corner = level ? { x: far.x - on * Math.min(SPREAD, gap / 3), y: near.y } : null;
  const part = Math.min(BESIDE + width / 2, gap / 2) / gap;
  const label = { x: near.x + on * part * gap, y: level ? near.y : near.y + part * (far.y - near.y) };
  return { from, to, corner, end, label, reach: Math.hypot(label.x - near.x, label.y - near.y), way, aside };
}

/** Where a corner lies, as parts and pixels: along the straight line between the ends, and to the right of it. */
export function turnOf({ from, to, corner }: Line): { along: number; beside: number } {
  if (!corner) return { along: 0.5, beside: 0 };
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const [cx, cy] = [corner.x - from.x, corner.y - from.y];
  const long = Math.hypot(dx, dy);
  return { along: (cx * dx + cy * dy) / long ** 2, beside: (cy * dx - cx * dy) / long };
}
