/** What of a drawing falls when transactions are no longer on the chain. Pure. */
import { isEdge, isNode, type Item, type Items } from "./items";

const txOf = (outpoint: string): string => outpoint.split(":")[0] ?? "";

/** Transactions that a drawing rests on: those drawn, those that make or spend what is drawn, those it leaps over. */
export function txids(items: Items): string[] {
  const found = new Set<string>();
  for (const one of items.values()) {
    if (isEdge(one)) one.hops?.forEach((txid) => found.add(txid));
    else if (one.concept === "transaction") found.add(one.name);
    else if (one.concept === "coin") {
      found.add(txOf(one.name));
      if (one.spender) found.add(one.spender);
    }
  }
  return [...found];
}

function isGone(one: Item, gone: ReadonlySet<string>): boolean {
  if (one.level === "relations") return true; // its sums are of another state
  if (isEdge(one)) return one.hops?.some((txid) => gone.has(txid)) ?? false;
  if (one.concept === "transaction") return gone.has(one.name);
  return one.concept === "coin" ? gone.has(txOf(one.name)) : one.of !== undefined && gone.has(one.of);
}

/** What is to be taken off: what is gone, and every edge that would hang in the air. */
export function taken(items: Items, gone: ReadonlySet<string>): [string, null][] {
  const off = new Set([...items.values()].filter((one) => isGone(one, gone)).map((one) => one.id));
  for (const one of items.values()) if (isEdge(one) && (off.has(one.from) || off.has(one.to))) off.add(one.id);
  return [...off].map((key) => [key, null]);
}

/** Transactions to ask for anew: those that stay, and the makers of what is no longer spent. */
export function stale(items: Items, gone: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  for (const one of items.values()) {
    if (!isNode(one) || isGone(one, gone)) continue;
    if (one.concept === "transaction") found.add(one.name);
    if (one.concept === "coin" && one.spender && gone.has(one.spender)) found.add(txOf(one.name));
  }
  return [...found];
}
