/** How amounts and names stand in a drawing, on the canvas and in files alike. */

import { bitcoin } from "../lib/words";
import { clip } from "./from_api";
import type { GraphNode } from "./items";

/** How thick an edge is: by the size of its value, never so thin that it is lost. */
export function thickness(sat: string | number | null): number {
  const value = Number(sat ?? 0);
  return value > 0 ? Math.min(7, Math.max(1.2, Math.log10(value) - 3.5)) : 1;
}

/** The lines of a node: its own, what a trace brings by the policy in force, and whether there is a note. */
export function labelOf(one: GraphNode, policy: string): string {
  const carried = policy ? one.carried?.[policy] : undefined;
  const brings = carried === undefined ? [] : [`${policy}: ${bitcoin(carried).replace(/\.?0+$/, "")} BTC`];
  return [...one.lines.slice(0, 2), ...brings, ...one.lines.slice(2), ...(one.note ? [`✎ ${clip(one.note)}`] : [])].join("\n");
}
