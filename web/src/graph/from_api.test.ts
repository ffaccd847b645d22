import { describe, expect, it } from "vitest";
import { addTx, chosen, Draft, id, type Coin, type Tx } from "./from_api";
import { isEdge, isNode, SIZE, visible, type GraphNode, type Item } from "./items";
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
});
