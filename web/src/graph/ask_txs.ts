/** Asking for transactions of a drawing, in as many requests as it takes. */

import { answerOf, api, type Schemas } from "../lib/api";
import type { Tx } from "./from_api";
import type { GraphNode } from "./items";

/** What one request takes. */
export const MOST_TXIDS = 200;
export const MOST_COINS = 1_000;
const MOST_LINES = 10_000;

/** Transactions of one request, and coins of theirs that are told of though others are larger. */
export interface Asking {
  txids: string[];
  keep: string[];
}

/** Requests for transactions, each with the same coins. */
export function askings(txids: readonly string[], keep: readonly string[]): Asking[] {
  const all = [...new Set(txids)];
  const found: Asking[] = [];
  for (let at = 0; at < all.length; at += MOST_TXIDS) found.push({ txids: all.slice(at, at + MOST_TXIDS), keep: keep.slice(0, MOST_COINS) });
  return found;
}

/** Requests for transactions with all of their coins that are given: one with many of them is asked for several times. */
export function withCoins(txids: readonly string[], coins: Iterable<Pick<GraphNode, "name" | "maker" | "spender">>): Asking[] {
  const own = new Map([...new Set(txids)].map((txid): [string, string[]] => [txid, []]));
  for (const coin of coins) for (const txid of [coin.maker, coin.spender]) if (txid) own.get(txid)?.push(coin.name);
  const found: Asking[] = [];
  let [some, keep] = [new Set<string>(), new Set<string>()];
  const end = () => {
    if (some.size) found.push({ txids: [...some], keep: [...keep] });
    [some, keep] = [new Set(), new Set()];
  };
  for (const [txid, names] of own) {
    let at = 0;
    do {
      const part = names.slice(at, at + MOST_COINS);
      if (some.size === MOST_TXIDS || keep.size + part.length > MOST_COINS) end();
      some.add(txid);
      for (const name of part) keep.add(name);
      at += MOST_COINS;
    } while (at < names.length);
  }
  end();
  return found;
}

/** Ask until all are told of: an answer leaves to the next what was too much for it. */
export async function askTxs(asked: readonly Asking[], skip: number, limit: number, learn: (told: Schemas["GraphTxs"]) => void): Promise<Tx[]> {
  const found: Tx[] = [];
  for (const { txids, keep } of asked) {
    for (let left = txids; left.length; ) {
      const told = await answerOf(api.POST("/api/v1/graph/transactions", { body: { txids: left, keep, skip, limit } }));
      if (told.not_looked_at.length >= left.length) throw new Error("the server looked at none of the transactions that it was asked for");
      learn(told);
      found.push(...told.transactions);
      left = told.not_looked_at;
    }
  }
  return found;
}

/** Those of some transactions that are not on the chain. */
export async function missing(txids: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let at = 0; at < txids.length; at += MOST_LINES) {
    const lines = txids.slice(at, at + MOST_LINES);
    const told = (await answerOf(api.POST("/api/v1/search", { body: { lines } }))).lines;
    lines.filter((_, place) => told[place]?.found === false).forEach((one) => found.add(one));
  }
  return found;
}
