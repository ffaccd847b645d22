import { expect, it } from "vitest";
import { cited } from "../lib/table/cited";
import { edgeColumns, nodeColumns, type Looked } from "./columns";
import type { GraphEdge, GraphNode } from "./items";

const TXID = "ab".repeat(32);

const coin: GraphNode = {
  kind: "node", id: `coin ${TXID}:1`, level: "transactions", concept: "coin", x: 0, y: 0, name: `${TXID}:1`, lines: ["1Boat…", "1 BTC"],
  sat: 100_000_000, time: "2017-01-01T00:00:00Z", certainty: "claim", says: ["1.00000000 BTC at `1Boat`"], hidden: false, note: "", carried: { fifo: "7" },
  claims: [
    { label: "Exchange", source: "a list", confidence: "50", byCluster: false },
    { label: "Shop", source: "a letter", confidence: "20", byCluster: false },
  ],
};
const edge: GraphEdge = {
  kind: "edge", id: "edge", level: "transactions", from: "tx", to: coin.id, certainty: "fact", label: "", sat: 5, time: null, says: "makes", hidden: false,
};
const look: Looked = {
  policy: "", currency: "", worth: () => undefined, valued: async () => undefined, noted: false, peeled: false,
  node: (id) => (id === coin.id ? coin : undefined), called: () => "output 1Boat…",
};

const row = <Row>(columns: { id: string; text: (row: Row) => string }[], of: Row) => Object.fromEntries(columns.map((one) => [one.id, one.text(of)]));

it("a node's file has its whole id, satoshi and every claim with its source", () => {
  expect(row(nodeColumns(look), coin)).toMatchObject({
    kind: "output", name: `${TXID}:1`, value_sat: "100000000", certainty: "claim", claim: "Exchange; Shop", claim_source: "a list; a letter",
  });
});

it("what a trace brings is in a file only with the policy that says so", () => {
  expect(row(nodeColumns(look), coin)).not.toHaveProperty("carried_sat");
  expect(row(nodeColumns({ ...look, policy: "fifo" }), coin)).toMatchObject({ carried_sat: "7", policy: "fifo" });
  expect(row(nodeColumns({ ...look, policy: "lifo" }), coin)).toMatchObject({ carried_sat: "", policy: "" });
});

it("a worth names its source, and a missing rate is empty", () => {
  const usd = { ...look, currency: "USD" };
  const worth = { value: "12.50", currency: "USD", without: 0, sources: ["`a table`"] };
  expect(row(nodeColumns({ ...usd, worth: () => worth }), coin)).toMatchObject({ worth: "12.50", worth_source: "a table" });
  expect(row(nodeColumns({ ...usd, worth: () => ({ ...worth, value: null, without: 1 }) }), coin)).toMatchObject({ worth: "", worth_source: "" });
});

it("an edge is cited with what its ends are called and their whole ids", () => {
  expect(row(edgeColumns(look), edge)).toMatchObject({ from: "", to: `${TXID}:1`, to_kind: "output", value_sat: "5", hops: "" });
  const text = cited(edge, edgeColumns(look).filter((one) => !one.spare));
  expect(text).toContain(`to output 1Boat… (${TXID}:1)`);
});
