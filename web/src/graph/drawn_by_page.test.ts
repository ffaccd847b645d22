/** A drawing with everything that this page draws. The server's shape is held against the very file: tests/unit/api. */

import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { api, type Basis, type Schemas } from "../lib/api";
import { id } from "./draft";
import type { Cluster, Coin, Tx } from "./from_api";
import { isEdge, isNode, type Claim, type GraphEdge, type GraphNode } from "./items";
import type { Change, Saved, Step } from "./log";
import type { Basic, GraphFile } from "./saved";
import { Session } from "./session.svelte";

vi.mock("./layout", () => ({ arranged: () => Promise.resolve(new Map()) }));

const KEPT = "../../../tests/golden/kept/drawn_by_page.json";

const name = (number: number): string => number.toString(16).padStart(64, "0");
const TAG: Schemas["TagLine"] = {
  actor: "shop", categories: [], claimed_on: null, confidence: "service_data", confidence_level: 80, label: "Shop <1>", source: "court", via: "script",
};
const BASIS: Basis = {
  network: "regtest", tip_hash: name(9), tip_height: 622, store_digest: name(8), program: "cointrail 0", rules: [], clusters_digest: name(7), tags_digest: null,
};
const CLUSTERS = [1, 2, 3].map((label): Cluster => ({
  label, name: `a${label}`, size: label, tier: "T2", link_bound_ppm: 77, actor: null, parties: label === 3 ? ["a shop", "another"] : [], claims: label === 2 ? [TAG] : [],
  claims_total: 1,
}));

const coin = (tx: number, vout: number, sat: number | string, spent: number | null, tags: Schemas["TagLine"][] = []): Coin => ({
  outpoint: `${name(tx)}:${vout}`, address: `address${tx}x${vout}`, value_sat: sat, cluster: (tx % 3) + 1, spent_by: spent === null ? null : name(spent), tags,
});

function side(coins: Coin[], left: number): Schemas["SideCoins"] {
  const total = coins.reduce((so, one) => so + BigInt(one.value_sat), BigInt(left));
  return { coins, total: coins.length + left, left_out: left, left_out_sat: left, total_sat: String(total) };
}

const tx = (number: number, inputs: Coin[], outputs: Coin[], more = 0): Tx => ({
  txid: name(number), block: { height: number, hash: name(9), time_utc: `2017-01-0${number}T00:00:00Z` }, is_coinbase: false, fee_sat: 0,
  gate: { verdict: "safe", reasons: [] }, tags: number === 2 ? [TAG] : [], inputs: side(inputs, more), outputs: side(outputs, more),
  change: { outpoint: `${name(number)}:0`, tier: "T3", rules: ["change.vote@1"], bound_ppm: 33_335, says_error: "said" },
});

/** A chain of three, whose first coins go on; one is too large for a number. */
const PAID = [coin(1, 0, 900, 2), coin(2, 0, "9007199254740993", 3), coin(3, 0, 700, null, [TAG])] as const;
const TXS = new Map(
  [
    tx(1, [coin(7, 0, 1_000, 1)], [PAID[0], coin(1, 1, 60, null)], 5),
    tx(2, [PAID[0]], [PAID[1], coin(2, 1, 40, null)], 5),
    tx(3, [PAID[1]], [PAID[2], coin(3, 1, 30, null)], 5),
  ].map((one) => [one.txid, one]),
);

function relations(cluster: boolean): Schemas["GraphRelation"][] {
  const sums = { paid_txs: 2, paid_sat: 100_000_000, received_txs: 1, received_sat: 5, first_utc: "2017-01-01T00:00:00Z", last_utc: "2017-01-03T00:00:00Z" };
  return [
    {
      asked: "1", name: "a1", cluster: 1, is_cluster: cluster, transactions: 1_000, stop_reason: "tx_limit", total: 9, left_out: 7, left_out_paid_sat: 5,
      left_out_received_sat: 0, several_signers_txs: 0, counterparties: [2, 3].map((label) => ({ name: `a${label}`, cluster: label, ...sums })),
    },
  ];
}

const CHAIN = {
  start: `${name(1)}:0`, end: `${name(3)}:0`, hops: 2, paid_sat: 120, beside_sat: 70, end_sat: 700, because: "nothing spends it", says_error: "It rests on 2 links: 2 x T2.",
  lines: [2, 3].map((one) => ({ tier: "T2", txid: name(one), time_utc: `2017-01-0${one}T00:00:00Z` })), bound: { links: { T2: 2 }, bound_ppm: 478 },
};
const CARRIED: Schemas["CarriedLine"][] = [
  { outpoint: `${name(1)}:0`, made_in: name(1), value_sat: 900, sat: { fifo: 900, poison: 900 }, hops: 0, stop: null },
  { outpoint: `${name(2)}:0`, made_in: name(2), value_sat: "9007199254740993", sat: { fifo: "9007199254740993" }, hops: 1, stop: "unspent" },
];

/** A server that tells of these, whoever asks. */
function answer(path: string, body: { txids: string[]; of: string; lines: string[] }): object {
  if (path.endsWith("/graph/transactions")) {
    const transactions = body.txids.map((txid) => TXS.get(txid));
    return { transactions, not_looked_at: [], clusters: CLUSTERS, basis: BASIS };
  }
  if (path.endsWith("/graph/relations")) return { relations: relations(body.of === "clusters"), clusters: CLUSTERS, basis: BASIS };
  if (path.endsWith("/graph/flows")) return { carried: CARRIED, total: 2, runs: [], basis: BASIS };
  return { chains: [CHAIN] };
}

describe("a drawing with everything that the page draws", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("is as it is kept for the server's tests: `npx vitest run -u` keeps it anew", async () => {
    vi.useFakeTimers({ now: Date.UTC(2024, 0, 1), toFake: ["Date"] });
    vi.spyOn(api, "POST").mockImplementation(((path: string, ask: { body: never }) =>
      Promise.resolve({ data: answer(path, ask.body), response: new Response() })) as never);
    const session = new Session(`Case ${"1".repeat(500)}`);
    const node = (key: string) => session.items.get(key) as GraphNode;
    const edge = (key: string) => session.items.get(key) as GraphEdge;
    const [first, last] = [PAID[0].outpoint, PAID[2].outpoint];

    await session.showTx(name(1));
    await session.peel(node(id.coin(first)));
    const peel = id.edge(id.coin(first), id.coin(last), "peel");
    await session.expand(edge(peel));
    await session.showPath(PAID.map((one) => one.outpoint), "draw the path to a shop", { label: "direct, T2", says: "said" });
    await session.expand(node(id.tx(name(2))));
    await session.trace(node(id.coin(first)));
    session.annotate(node(id.coin(first)), "seen at the desk");
    session.hide(node(id.coin(`${name(1)}:1`)));
    await session.relate("1", true);
    await session.relate("a1", false);
    await session.arrange();
    session.move(node(id.cluster(1)), 12.5, -40);
    session.undo();

    const items = [...session.items.values()];
    expect(session.trouble).toBe(null);
    expect(new Set(items.filter(isNode).map((one) => one.side).filter(Boolean))).toEqual(new Set(["inputs", "outputs", "relations"]));
    expect(items.filter(isEdge).some((one) => one.last)).toBe(true);
    expect(edge(id.edge(id.coin(first), id.tx(last.split(":")[0] ?? ""), "said")).certainty).toBe("inference");
    expect(edge(peel).folds).not.toEqual([]);
    await expect(`${JSON.stringify(session.file(), null, 1)}\n`).toMatchFileSnapshot(KEPT);
  });

  it("has no field that the server does not know", () => {
    type Unknown<Page, Server> = Exclude<keyof Page, keyof Server>;
    expectTypeOf<Unknown<GraphNode, Schemas["DrawnNode"]>>().toBeNever();
    expectTypeOf<Unknown<GraphEdge, Schemas["DrawnEdge"]>>().toBeNever();
    expectTypeOf<Unknown<Claim, Schemas["DrawnClaim"]>>().toBeNever();
    expectTypeOf<Unknown<Change, Schemas["DrawnChange"]>>().toBeNever();
    expectTypeOf<Unknown<Step, Schemas["DrawnStep"]>>().toBeNever();
    expectTypeOf<Unknown<Saved, Schemas["DrawnLog"]>>().toBeNever();
    expectTypeOf<Unknown<Basic, Schemas["DrawnBasis"]>>().toBeNever();
    expectTypeOf<Unknown<GraphFile, Schemas["Drawing"]>>().toBeNever();
  });
});
