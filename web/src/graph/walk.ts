/** Where the arrow keys lead: along the flow to the right, against it to the left, up and down beside. */

import type { GraphEdge, GraphNode } from "./items";

export type Way = "ArrowRight" | "ArrowLeft" | "ArrowUp" | "ArrowDown";

const BESIDE = 130;

/** The node that a key leads to; null where there is none. */
export function stepFrom(from: GraphNode, way: Way, nodes: readonly GraphNode[], edges: readonly GraphEdge[]): GraphNode | null {
  const byId = new Map(nodes.map((one) => [one.id, one]));
  if (way === "ArrowRight" || way === "ArrowLeft") {
    const next = edges
      .filter((one) => (way === "ArrowRight" ? one.from : one.to) === from.id)
      .sort((a, b) => Number(b.sat ?? 0) - Number(a.sat ?? 0))
      .map((one) => byId.get(way === "ArrowRight" ? one.to : one.from))
      .filter((one) => one !== undefined);
    return next[0] ?? null;
  }
  const down = way === "ArrowDown";
  const beside = nodes
    .filter((one) => one.id !== from.id && (down ? one.y > from.y : one.y < from.y))
    .map((one) => ({ one, far: Math.abs(one.y - from.y) + (Math.abs(one.x - from.x) < BESIDE ? 0 : 3 * Math.abs(one.x - from.x)) }))
    .sort((a, b) => a.far - b.far || (a.one.id < b.one.id ? -1 : 1));
  return beside[0]?.one ?? null;
}
