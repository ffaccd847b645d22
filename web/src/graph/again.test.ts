import { describe, expect, it } from "vitest";
import { stale, taken, txids } from "./again";
import type { GraphEdge, GraphNode, Item } from "./items";

const node = (part: Partial<GraphNode> & Pick<GraphNode, "id" | "concept" | "name">): GraphNode => ({
  kind: "node", level: "transactions", x: 0, y: 0, lines: [], sat: 0, time: null, certainty: "fact", claims: [], says: [],
  hidden: false, note: "", carried: null, ...part,
});
const edge = (from: string, to: string, part: Partial<GraphEdge> = {}): GraphEdge => ({
  kind: "edge", id: `edge ${from} > ${to}`, level: "transactions", from, to, certainty: "fact", label: "", sat: 0, time: null,
  says: "", hidden: false, ...part,
});

/** `aa` makes a coin that `bb` spends; `bb` makes another; a peel edge leaps over `cc`. */
const ITEMS = new Map(
  [
    node({ id: "tx aa", concept: "transaction", name: "aa" }),
    node({ id: "coin aa:0", concept: "coin", name: "aa:0", maker: "aa", spender: "bb" }),
    node({ id: "tx bb", concept: "transaction", name: "bb" }),
    node({ id: "coin bb:0", concept: "coin", name: "bb:0", maker: "bb", spender: null }),
    node({ id: "rest outputs bb", concept: "more", name: "outputs of bb", of: "bb", side: "outputs" }),
    node({ id: "cluster 7", concept: "cluster", name: "7", level: "relations" }),
    edge("tx aa", "coin aa:0"),
    edge("coin aa:0", "tx bb"),
    edge("tx bb", "coin bb:0"),
    edge("tx aa", "coin aa:0", { id: "peel", hops: ["cc"] }),
  ].map((one): [string, Item] => [one.id, one]),
);

describe("a drawing that is looked at again", () => {
  it("asks after every transaction that it shows or leaps over", () => {
    expect(txids(ITEMS).sort()).toEqual(["aa", "bb", "cc"]);
  });

  it("loses what is gone, edges that would hang in the air, and sums of another state", () => {
    expect(taken(ITEMS, new Set(["bb"])).map(([key]) => key).sort()).toEqual([
      "cluster 7", "coin bb:0", "edge coin aa:0 > tx bb", "edge tx bb > coin bb:0", "rest outputs bb", "tx bb",
    ]);
  });

  it("loses an edge that leaps over what is gone", () => {
    expect(taken(ITEMS, new Set(["cc"])).map(([key]) => key)).toContain("peel");
  });

  it("asks anew for what stays, and for the makers of what is no longer spent", () => {
    const alone = new Map([...ITEMS].filter(([key]) => key !== "tx aa"));
    expect(stale(ITEMS, new Set(["bb"]))).toEqual(["aa"]);
    expect(stale(alone, new Set(["bb"]))).toEqual(["aa"]);
    expect(stale(alone, new Set())).toEqual(["bb"]);
  });
});
