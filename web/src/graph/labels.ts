/** How amounts and names stand in a drawing, on the canvas and in files alike. */

import { words } from "../lib/trace";
import { bitcoin } from "../lib/words";
import { clip } from "./from_api";
import { bendOf, DOT, isNode, type GraphEdge, type GraphNode, type Item } from "./items";
import { worthWords, type ItemWorth } from "./worth_words";

export type WorthOf = (one: Item) => ItemWorth | undefined;

/** How thick an edge is: by the size of its value, never so thin that it is lost. */
export function thickness(sat: string | number | null): number {
  const value = Number(sat ?? 0);
  return value > 0 ? Math.min(7, Math.max(1.2, Math.log10(value) - 3.5)) : 1;
}

/** The lines of a node: its own, its value, what a trace brings by the policy in force, and whether there is a note. */
export function labelOf(one: GraphNode, policy: string, worthOf?: WorthOf): string {
  const carried = policy ? one.carried?.[policy] : undefined;
  const brings = carried === undefined ? [] : [`${words(policy)}: ${bitcoin(carried).replace(/\.?0+$/, "")} BTC`];
  const worth = one.concept === "coin" ? worthWords(worthOf?.(one)) : "";
  return [...one.lines.slice(0, 2), ...(worth ? [worth] : []), ...brings, ...one.lines.slice(2), ...(one.note ? [`✎ ${clip(one.note)}`] : [])].join("\n");
}

/** About how wide a label is, where nothing measures it: digits of 11.5 pixels in a narrow type. */
export const widthOf = (label: string): number => 6.5 * Math.max(...label.split("\n").map((line) => line.length));

/**
 * The label of an edge with its value; what an edge makes has that in its own box. Between parties it has two lines of
 * about one length: the amount and its value, and what they rest on.
 */
export function edgeLabelOf(one: GraphEdge, nodes: (id: string) => Item | undefined, worthOf?: WorthOf): string {
  const to = nodes(one.to);
  const boxed = isNode(to) && to.concept === "coin" && to.time !== null;
  const worth = boxed || (one.level === "transactions" && one.certainty !== "fact") ? "" : worthWords(worthOf?.(one));
  if (bendOf(one) === "said") return one.label.split(DOT).join("\n"); // on a short way there is no room for one line
  if (one.level === "transactions") return [one.label, worth].filter(Boolean).join("\n");
  const [amount, ...rests] = one.label.split(DOT);
  return [[amount, worth].filter(Boolean).join(DOT), rests.join(DOT)].filter(Boolean).join("\n");
}
