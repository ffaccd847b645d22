/** What of a transaction is not drawn: one node for the rest of each side. A coin that is drawn is never counted in it too. */

import type { Sat, Schemas } from "../lib/api";
import { bitcoin, btc, count, counted } from "../lib/words";
import { type Draft, id, type Side } from "./draft";
import type { GraphNode } from "./items";
import { COLUMN } from "./place";

interface Rest {
  /** Coins of the side that are drawn, and those that are not. */
  listed: number;
  left: number;
  /** Of those that are not. */
  sat: Sat;
}

/** What is not drawn of a side of a transaction, as an answer tells of the whole side. */
export function restOf(draft: Draft, tx: Schemas["GraphTx"], side: Side): Rest {
  const drawn = draft.coinsOf(tx.txid, side);
  const { total, total_sat } = tx[side];
  const sat = drawn.reduce((so, one) => so - BigInt(one.sat ?? 0), BigInt(total_sat));
  return { listed: drawn.length, left: total - drawn.length, sat: String(sat) };
}

/** A coin came into the drawing that was in the rest of what made it, and of what spends it. */
export function countOff(draft: Draft, coin: GraphNode): void {
  for (const [txid, side] of [[coin.maker, "outputs"], [coin.spender, "inputs"]] as const) {
    const node = txid ? draft.node(id.tx(txid)) : undefined;
    const rest = txid ? draft.node(id.rest(txid, side)) : undefined;
    if (!node || !rest) continue;
    const sat = BigInt(rest.sat ?? 0) - BigInt(coin.sat ?? 0);
    putRest(draft, node, side, { listed: (rest.listed ?? 0) + 1, left: (rest.left ?? 1) - 1, sat: String(sat) });
  }
}

/** Draw the rest of a side; nothing where all of it is drawn. */
export function putRest(draft: Draft, node: GraphNode, side: Side, { listed, left, sat }: Rest): void {
  const key = id.rest(node.name, side);
  const [from, to] = side === "inputs" ? [key, node.id] : [node.id, key];
  if (left <= 0) {
    if (!draft.get(key)) return;
    draft.drop(key);
    draft.drop(id.edge(from, to));
    return;
  }
  draft.addNode(
    {
      id: key, concept: "more", name: `${side} of ${node.name}`, lines: [`and ${count(left)} more`, btc(sat)],
      sat, time: node.time, certainty: "fact", claims: [], of: node.name, side, listed, left,
      says: [`${counted(left, side === "inputs" ? "more input" : "more output")}, ${bitcoin(sat)} BTC together, ${left === 1 ? "is" : "are"} not drawn`],
    },
    { x: node.x + (side === "inputs" ? -1 : 1) * COLUMN, y: node.y + (listed + 1) * 42 },
  );
  draft.addEdge({ id: id.edge(from, to), from, to, certainty: "fact", label: "", sat, time: node.time, says: "not drawn one by one" });
}
