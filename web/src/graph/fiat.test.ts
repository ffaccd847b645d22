import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api } from "../lib/api";
import { choose } from "../lib/settings.svelte";
import { fiat as prices } from "../lib/worth.svelte";
import { id } from "./draft";
import { Fiat } from "./fiat.svelte";
import type { GraphEdge, GraphNode } from "./items";
import { fiatWords } from "./worth_words";

const SHARED = { x: 0, y: 0, lines: [], certainty: "fact", claims: [], hidden: false, note: "", carried: null } as const;

function party(label: number): GraphNode {
  return {
    ...SHARED, claims: [], lines: [], kind: "node", id: id.cluster(label), level: "relations", concept: "cluster", name: String(label), sat: null,
    time: null, says: ["all of its 2 transactions were looked at"],
  };
}

function relation(from: GraphNode, to: GraphNode, sat: number | null): GraphEdge {
  return {
    kind: "edge", id: id.edge(from.id, to.id), level: "relations", from: from.id, to: to.id, certainty: "inference", label: "", sat,
    time: "2017-01-01T00:00:00Z", says: "", hidden: false,
  };
}

/** Coins of a day that no other test asks for. */
function coin(sat: number, day: number): GraphNode {
  const name = `${"ab".repeat(32)}:${sat}`;
  return {
    ...SHARED, claims: [], lines: [], kind: "node", id: `coin ${name}`, level: "transactions", concept: "coin", name, sat,
    time: `2018-03-0${day}T00:00:00Z`, says: [],
  };
}

let relationsFail = false;
let valuesFail = false;

beforeEach(() => {
  relationsFail = valuesFail = false;
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("document", { documentElement: { dataset: {} } });
  choose({ currency: "USD" });
  prices.tables = [{ currency: "USD", source: "a table" } as never];
  vi.spyOn(api, "POST").mockImplementation(((path: string, { body }: { body: { amounts: { sat: string }[]; names: string[] } }) => {
    const refused = { error: { title: "The server is busy", detail: "" }, response: new Response(null, { status: 503 }) };
    if (path.endsWith("/values")) {
      const values = body.amounts.map(({ sat }) => ({ value: sat === "9" ? null : "1.00", currency: "USD", source: "a table", convention: "close" }));
      return Promise.resolve(valuesFail ? refused : { data: { values }, response: new Response() });
    }
    const sum = (sat: number) => ({ sat, value: "2.00", valued_txs: 1, without_rate_txs: 0 });
    const counterparties = [{ name: "x", cluster: body.names[0] === "1" ? 2 : 1, paid: sum(5), received: sum(6) }];
    return Promise.resolve(relationsFail ? refused : { data: { sources: ["a table"], relations: [{ counterparties }] }, response: new Response() });
  }) as never);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it("sums of relations are waited for, and what failed stops who waits until it was asked again", async () => {
  const [one, two] = [party(1), party(2)];
  const edges = [relation(one, two, 5), relation(two, one, 6), relation(one, two, null)];
  const fiat = new Fiat();
  relationsFail = true;
  await fiat.look([one]);
  await expect(fiat.ready(edges)).rejects.toThrow("2 of 2 values in USD could not be fetched (The server is busy); try again, or choose no currency");
  relationsFail = false;
  await fiat.ready(edges);
  expect(fiat.of(edges[0]!)?.value).toBe("2.00");
});

it("a sum that was drawn from another state of the chain is not passed off as one without a rate", async () => {
  const [one, two] = [party(1), party(2)];
  const fiat = new Fiat();
  await fiat.look([one, two]);
  await expect(fiat.ready([relation(one, two, 4)])).rejects.toThrow("1 of 1 values in USD could not be fetched (the sums are others now: draw it anew)");
});

it("coins that could not be valued stop who waits for them", async () => {
  valuesFail = true;
  await expect(new Fiat().ready([coin(1, 1), coin(9, 1)])).rejects.toThrow("2 of 2 values in USD");
});

it("a drawing says how many amounts are not known, apart from those without a rate", async () => {
  const fiat = new Fiat();
  const coins = [coin(1, 2), coin(9, 2), coin(3, 2)];
  await fiat.ready(coins);
  valuesFail = true;
  const all = [...coins, coin(4, 2)];
  await expect(fiat.ready(all)).rejects.toThrow("1 of 4 values");
  const told = fiat.told(all, [])!;
  expect(told).toMatchObject({ amounts: 4, missing: 1, unknown: 1 });
  expect(fiatWords(told)).toContain("; 1 of 4 amounts lacks a rate, in whole or in part; 1 of 4 has no value yet, or it could not be fetched");
  const two = party(2);
  expect(fiat.told([party(1), two], [relation(party(1), two, 5), relation(two, party(1), null)])).toMatchObject({ amounts: 1, missing: 0, unknown: 1 });
});
