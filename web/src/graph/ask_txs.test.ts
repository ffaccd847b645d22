import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "../lib/api";
import { askTxs, MOST_COINS, MOST_TXIDS, withCoins, type Asking } from "./ask_txs";
import type { GraphNode, Item } from "./items";
import { Session } from "./session.svelte";

const basis = (tip: string) => ({
  network: "regtest", tip_hash: tip, tip_height: 1, store_digest: "d", program: "p", rules: [], clusters_digest: null, tags_digest: null,
});
const txid = (number: number): string => number.toString(16).padStart(64, "0");

const coin = (maker: number, vout: number, spender: number | null) => ({
  name: `${txid(maker)}:${vout}`, maker: txid(maker), spender: spender === null ? null : txid(spender),
});

/** Each coin that is asked for with a transaction of its own. */
function told(asked: Asking[], coins: ReturnType<typeof coin>[]): Set<string> {
  const found = new Set<string>();
  for (const { txids, keep } of asked) {
    const some = new Set(txids);
    for (const one of coins) if (keep.includes(one.name) && (some.has(one.maker) || (one.spender !== null && some.has(one.spender)))) found.add(one.name);
  }
  return found;
}

function drawing(coins: ReturnType<typeof coin>[], txs: number): Map<string, Item> {
  const part = (concept: GraphNode["concept"], name: string): GraphNode => ({
    kind: "node", id: `${concept === "transaction" ? "tx" : "coin"} ${name}`, level: "transactions", concept, x: 0, y: 0, name, lines: ["old"], sat: 1,
    time: null, certainty: "fact", claims: [], says: ["old"], hidden: false, note: "", carried: null,
  });
  const nodes = [
    ...Array.from({ length: txs }, (_, number) => part("transaction", txid(number))),
    ...coins.map((one) => ({ ...part("coin", one.name), maker: one.maker, spender: one.spender })),
  ];
  return new Map(nodes.map((one): [string, Item] => [one.id, one]));
}

/** A server that looks at so many transactions of a request, and lists of each the coins that are asked for. */
function serving(coins: ReturnType<typeof coin>[], fits = 150, lists: (name: string) => boolean = () => true) {
  const line = (one: ReturnType<typeof coin>) => ({ outpoint: one.name, address: "a", value_sat: 1, cluster: 1, spent_by: one.spender, tags: [] });
  return vi.spyOn(api, "POST").mockImplementation(((path: string, { body }: { body: Asking & { lines: string[] } }) => {
    if (path.endsWith("/search")) {
      if (body.lines.length > 10_000) return Promise.resolve({ error: { title: "too many" }, response: new Response(null, { status: 422 }) });
      return Promise.resolve({ data: { lines: body.lines.map(() => ({ found: true })) }, response: new Response() });
    }
    if (body.txids.length > MOST_TXIDS || body.keep.length > MOST_COINS) return Promise.resolve({ error: {}, response: new Response(null, { status: 422 }) });
    const keep = new Set(body.keep.filter(lists));
    const side = (some: ReturnType<typeof coin>[]) => ({ coins: some.filter((one) => keep.has(one.name)).map(line), total: some.length, total_sat: some.length, left_out: 0, left_out_sat: 0 });
    const transactions = body.txids.slice(0, fits).map((one) => ({
      txid: one, block: { height: 1, hash: "b", time_utc: "2017-01-01T00:00:00Z" }, is_coinbase: false, fee_sat: 0, change: null, tags: [],
      gate: { verdict: "safe", reasons: [] }, inputs: side(coins.filter((other) => other.spender === one)), outputs: side(coins.filter((other) => other.maker === one)),
    }));
    return Promise.resolve({ data: { transactions, not_looked_at: body.txids.slice(fits), clusters: [], basis: basis("new") }, response: new Response() });
  }) as never);
}

function drawn(items: Map<string, Item>): Session {
  const session = new Session("Case 1");
  session.put("draw", items);
  session.bases = [basis("old")];
  return session;
}

const stale = (session: Session) => [...session.items.values()].filter((one) => one.kind === "node" && one.says[0] === "old").length;

describe("requests for transactions", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("have every coin of theirs, and no more than a request takes", () => {
    const coins = [
      ...Array.from({ length: 900 }, (_, at) => coin(at, 0, at + 1)),
      ...Array.from({ length: 2 * MOST_COINS + 1 }, (_, at) => coin(7, at + 1, null)),
    ];
    const asked = withCoins(Array.from({ length: 901 }, (_, at) => txid(at)), coins);
    expect(Math.max(...asked.map((one) => one.txids.length))).toBeLessThanOrEqual(MOST_TXIDS);
    expect(Math.max(...asked.map((one) => one.keep.length))).toBeLessThanOrEqual(MOST_COINS);
    expect(new Set(asked.flatMap((one) => one.txids)).size).toBe(901);
    expect(told(asked, coins).size).toBe(coins.length);
  });

  it("name no coin of a transaction that is not in them", () => {
    expect(withCoins([txid(1)], [coin(1, 0, 2), coin(3, 0, 4), coin(5, 0, 1)])).toEqual([{ txids: [txid(1)], keep: [`${txid(1)}:0`, `${txid(5)}:0`] }]);
  });

  it("end in an error where the server looks at none of them, never in silence", async () => {
    serving([], 0);
    await expect(askTxs([{ txids: [txid(1)], keep: [] }], 0, 0, () => undefined)).rejects.toThrow("looked at none");
  });
});

describe("a large drawing that is looked at again", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("is asked for as a whole", async () => {
    const coins = Array.from({ length: 4_500 }, (_, at) => coin(at, 0, at + 1));
    serving(coins);
    const session = drawn(drawing(coins, 4_501));
    await session.lookAgain();
    expect([session.trouble, stale(session)]).toEqual([null, 0]);
    expect(session.bases.map((one) => one.tip_hash)).toEqual(["new"]);
  });

  it("is asked after in parts where it has more transactions than one request takes", async () => {
    const coins = [coin(0, 0, 1)];
    serving(coins);
    const session = drawn(new Map([...drawing(coins, 2), ...drawing(Array.from({ length: 10_001 }, (_, at) => coin(2, at, at + 3)), 0)]));
    await session.lookAgain();
    expect(session.trouble).toBe(null);
  });

  it("says what it was told nothing of, and goes on resting on the old state too", async () => {
    const coins = [coin(0, 0, 1), coin(0, 1, null)];
    serving(coins, 150, (name) => !name.endsWith(":1"));
    const session = drawn(drawing(coins, 2));
    await session.lookAgain();
    expect(session.says).toContain("1 output was not looked at and stands as it was");
    expect(session.bases.map((one) => one.tip_hash)).toEqual(["old", "new"]);
  });
});
