import { describe, expect, it } from "vitest";
import { Draft, id } from "./draft";
import { addPeel, addRelation, addTx, chosen, type Cluster, type Coin, type Peel, type Tx } from "./from_api";
import { isEdge, isNode, SIZE, timesOf, visible, type GraphEdge, type GraphNode, type Item } from "./items";
import { Log } from "./log";
import { overlap } from "./place";

const name = (number: number) => number.toString(16).padStart(64, "0");

function coin(tx: number, vout: number, sat: number, spent: number | null): Coin {
  return { outpoint: `${name(tx)}:${vout}`, address: `address${tx}x${vout}`, value_sat: sat, cluster: tx, spent_by: spent === null ? null : name(spent), tags: [] };
}

function tx(number: number, inputs: Coin[], outputs: Coin[], change: number | null = null, more = 0): Tx {
  const side = (coins: Coin[], left: number) => ({
    coins, total: coins.length + left, left_out: left, left_out_sat: left,
    total_sat: coins.reduce((so, one) => so + Number(one.value_sat), left),
  });
  return {
    txid: name(number), block: { height: number, hash: name(9), time_utc: `2017-01-0${number}T00:00:00Z` }, is_coinbase: false,
    fee_sat: 0, gate: { verdict: "safe", reasons: [] }, tags: [], inputs: side(inputs, 0), outputs: side(outputs, more),
    change: change === null ? null : { outpoint: `${name(number)}:${change}`, tier: "T3", rules: ["change.vote@1"], bound_ppm: 33_335, says_error: "said" },
  };
}

const FIRST = tx(1, [coin(7, 0, 900, 1)], [coin(1, 0, 700, 2), coin(1, 1, 150, null), coin(1, 2, 40, null)], 0, 4312);
const SECOND = tx(2, [coin(1, 0, 700, 2)], [coin(2, 0, 690, null)]);

function draw(log: Log, one: Tx, how: { inputs: number; outputs: number }): void {
  const draft = new Draft(log.items, "transactions");
  addTx(draft, one, new Map(), { ...how, near: { x: 0, y: 0 } });
  log.put("draw", draft.wanted);
}

const boxNode = (key: string): GraphNode => ({
  kind: "node", id: key, level: "transactions", concept: "cluster", x: 0, y: 0, name: key, lines: [], sat: null, time: null, certainty: "inference",
  claims: [], says: [], hidden: false, note: "", carried: null,
});

const boxes = (items: Iterable<Item>) => [...items].filter((one): one is GraphNode => isNode(one)).map((one) => ({ x: one.x, y: one.y, ...SIZE[one.concept] }));

describe("what is drawn of an answer", () => {
  it("is the largest that is not change first, and the rest is counted", () => {
    expect(chosen(FIRST.outputs, () => false, `${name(1)}:0`, 2).map((one) => one.outpoint.slice(-1))).toEqual(["1", "2"]);
    const log = new Log();
    draw(log, FIRST, { inputs: 1, outputs: 2 });
    const rest = log.items.get(id.rest(name(1), "outputs"));
    expect(isNode(rest) && rest.lines[0]).toBe("and 4,313 more");
    expect(isNode(rest) && rest.sat).toBe(String(700 + 4312));
  });

  it("counts no coin among those that are not drawn once another answer has brought it", () => {
    const log = new Log();
    draw(log, SECOND, { inputs: 0, outputs: 0 });
    expect(isNode(log.items.get(id.rest(name(2), "inputs")))).toBe(true);
    draw(log, FIRST, { inputs: 0, outputs: 1 });
    draw(log, FIRST, { inputs: 0, outputs: 4 });
    expect(log.items.has(id.rest(name(2), "inputs"))).toBe(false);
    expect(log.items.has(id.edge(id.coin(`${name(1)}:0`), id.tx(name(2))))).toBe(true);
    log.undo();
    expect(log.items.has(id.rest(name(2), "inputs"))).toBe(true);
  });

  it("says of every side that what is drawn and the rest are the whole of it, in any order of answers", () => {
    const first = tx(1, [coin(7, 0, 900, 1)], [coin(1, 0, 700, 2), coin(1, 1, 150, 3), coin(1, 2, 40, null)], 0, 4312);
    const second = tx(2, [coin(1, 0, 700, 2)], [coin(2, 0, 690, 3)]);
    const all = [first, second, tx(3, [coin(1, 1, 150, 3), coin(2, 0, 690, 3)], [coin(3, 0, 800, null), coin(3, 1, 30, null)])];
    for (let turn = 0; turn < 60; turn++) {
      const log = new Log();
      for (let step = 0; step < 5; step++) {
        const one = all[(turn * 7 + step * (turn % 5 + 1)) % 3]!;
        draw(log, one, { inputs: (turn + step) % 3, outputs: (turn * step) % 4 });
        for (const told of all.filter((other) => log.items.has(id.tx(other.txid)))) {
          for (const side of ["inputs", "outputs"] as const) {
            const coins = [...log.items.values()].filter(isNode).filter((node) => node.concept === "coin" && node[side === "inputs" ? "spender" : "maker"] === told.txid);
            const rest = log.items.get(id.rest(told.txid, side));
            const [left, sat] = isNode(rest) ? [rest.left ?? 0, BigInt(rest.sat ?? 0)] : [0, 0n];
            expect(coins.length + left).toBe(told[side].total);
            expect(coins.reduce((so, node) => so + BigInt(node.sat ?? 0), sat)).toBe(BigInt(told[side].total_sat));
            for (const node of coins) {
              const ends: [string, string] = side === "inputs" ? [node.id, id.tx(told.txid)] : [id.tx(told.txid), node.id];
              expect(log.items.has(id.edge(...ends))).toBe(true);
            }
          }
        }
      }
    }
  });

  it("joins what is there already and never moves it", () => {
    const log = new Log();
    draw(log, FIRST, { inputs: 1, outputs: 3 });
    const before = new Map(log.items);
    draw(log, SECOND, { inputs: 3, outputs: 3 });
    for (const [key, one] of before) {
      const now = log.items.get(key);
      if (isNode(one) && isNode(now)) expect([now.x, now.y]).toEqual([one.x, one.y]);
    }
    expect(log.items.has(id.edge(id.coin(`${name(1)}:0`), id.tx(name(2))))).toBe(true);
    const all = boxes(log.items.values());
    all.forEach((one, at) => all.slice(at + 1).forEach((other) => expect(overlap(one, other)).toBe(false)));
    log.undo();
    expect([...log.items.keys()].sort()).toEqual([...before.keys()].sort());
  });

  it("keeps facts and inferences apart: change is an edge of its own, with tier and bound", () => {
    const log = new Log();
    draw(log, FIRST, { inputs: 1, outputs: 3 });
    const edges = [...log.items.values()].filter(isEdge).filter((one) => one.to === id.coin(`${name(1)}:0`));
    expect(edges.map((one) => one.certainty).sort()).toEqual(["fact", "inference"]);
    expect(edges.find((one) => one.certainty === "inference")?.label).toBe("change T3, wrong ≤ 3.3335 %");
  });

  it("leaves a hidden part hidden, and what comes again is no step", () => {
    const log = new Log();
    draw(log, FIRST, { inputs: 1, outputs: 3 });
    const one = log.items.get(id.coin(`${name(1)}:1`));
    if (one) log.put("hide", [[one.id, { ...one, hidden: true }]]);
    const steps = log.history.length;
    draw(log, FIRST, { inputs: 1, outputs: 3 });
    expect(log.history.length).toBe(steps);
    expect(visible(log.items, { level: "transactions", until: null }).nodes.some((node) => node.id === one?.id)).toBe(false);
  });

  it("is shown up to a time with both ends of every edge", () => {
    const log = new Log();
    draw(log, FIRST, { inputs: 1, outputs: 3 });
    draw(log, SECOND, { inputs: 3, outputs: 3 });
    const seen = visible(log.items, { level: "transactions", until: "2017-01-01T12:00:00Z" });
    expect(seen.nodes.some((one) => one.id === id.tx(name(2)))).toBe(false);
    const there = new Set(seen.nodes.map((one) => one.id));
    expect(seen.edges.every((one) => there.has(one.from) && there.has(one.to))).toBe(true);
  });

  it("says of a sum that goes on after the date only that it was no more by then", () => {
    const edge = { kind: "edge", level: "relations", from: "a", to: "b", certainty: "inference", hidden: false } as const;
    const items = new Map<string, Item>(["a", "b"].map((key) => [key, { ...boxNode(key), level: "relations" as const }]));
    items.set("e", { ...edge, id: "e", label: "5 BTC · 3 tx · T2, wrong ≤ 1 %", sat: 500_000_000, time: "2017-01-01T00:00:00Z", last: "2017-03-01T00:00:00Z", says: "said" });
    const label = (until: string | null) => visible(items, { level: "relations", until }).edges.map((one) => [one.label, one.sat]);
    expect(label("2017-02-01T00:00:00Z")).toEqual([["by then no more than · 5 BTC up to 2017-03-01 · T2, wrong ≤ 1 %", null]]);
    expect(label("2017-03-01T00:00:00Z")).toEqual([["5 BTC · 3 tx · T2, wrong ≤ 1 %", 500_000_000]]);
    expect(label("2016-03-01T00:00:00Z")).toEqual([]);
    expect(timesOf(items, "relations")).toEqual(["2017-01-01T00:00:00Z", "2017-03-01T00:00:00Z"]);
  });

  it("gives a relation between clusters the worst bound of the links of both", () => {
    const cluster = (label: number, size: number, ppm: number | null): [number, Cluster] => [
      label,
      { label, name: `a${label}`, size, tier: "T2", link_bound_ppm: ppm, actor: null, parties: [], claims: [], claims_total: 0 },
    ];
    const labels = (of: number, to: number): string[] => {
      const log = new Log();
      const draft = new Draft(log.items, "relations");
      const clusters = new Map([cluster(1, 9, 77), cluster(2, 3, 544), cluster(3, 1, 0), cluster(4, 1, 0), cluster(5, 2, null)]);
      const times = { first_utc: "2017-01-01T00:00:00Z", last_utc: "2017-01-02T00:00:00Z" };
      const other = { name: `a${to}`, cluster: to, paid_txs: 2, paid_sat: 100_000_000, received_txs: 0, received_sat: 0, ...times };
      const told = {
        asked: "", name: `a${of}`, cluster: of, is_cluster: true, transactions: 2, stop_reason: "complete" as const, counterparties: [other],
        total: 1, left_out: 0, left_out_paid_sat: 0, left_out_received_sat: 0, several_signers_txs: 0,
      };
      addRelation(draft, told, clusters, { x: 0, y: 0 });
      log.put("relate", draft.wanted);
      return [...log.items.values()].filter(isEdge).map((one) => one.label);
    };
    expect(labels(1, 2)).toEqual(["1 BTC · 2 tx · T2, wrong ≤ 0.0544 %"]);
    expect(labels(1, 3)).toEqual(["1 BTC · 2 tx · T2, wrong ≤ 0.0077 %"]);
    expect(labels(3, 4)).toEqual(["1 BTC · 2 tx · T2"]);
    expect(labels(1, 5)).toEqual(["1 BTC · 2 tx · T2, not measured"]);
  });

  it("names the tier of the links that a peel chain rests on, and what came in beside its coin", () => {
    const draft = new Draft(new Map(), "transactions");
    const chain = {
      hops: 2, paid_sat: 120, beside_sat: 70, end_sat: 40, because: "nothing spends it", says_error: "It rests on 2 links: 2 x T2.",
      lines: [{ tier: "T1", txid: name(1) }, { tier: "T1", txid: name(2) }], bound: { links: { T2: 2 }, bound_ppm: 478 },
    } as unknown as Peel;
    addPeel(draft, chain, ["a:0", "b:1"]);
    const edge = draft.wanted.get(id.edge(id.coin("a:0"), id.coin("b:1"), "peel")) as GraphEdge;
    expect(edge.label).toBe("peel chain: 2 hops, T2, wrong ≤ 0.0478 %");
    expect(edge.says).toContain("0.00000120 BTC, 0.00000070 BTC came in beside the coin");
  });
});
