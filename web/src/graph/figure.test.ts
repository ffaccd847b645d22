import { expect, it } from "vitest";
import { figureOf } from "./figure";
import type { GraphEdge, GraphNode } from "./items";
import type { Told } from "./file_text";

const TOLD: Told = { title: "t", level: "transactions", policy: "", until: null, hidden: 0, made: "2026-01-01T00:00:00Z", fiat: null, bases: [] };

const coin = (id: string, x: number): GraphNode => ({
  kind: "node", id, level: "transactions", concept: "coin", x, y: 0, name: id, lines: [id], sat: 1, time: "2017-01-01T00:00:00Z",
  certainty: "fact", claims: [], says: [], hidden: false, note: "", carried: null,
});
const hand: GraphEdge = {
  kind: "edge", id: "edge a > b said", level: "transactions", from: "a", to: "b", certainty: "inference", label: "same hand, path T1 · all of it wrong ≤ 1 %",
  sat: null, time: null, says: "", hidden: false,
};

it("a lead over a whole way stands clear of what lies on it, in two lines, and no picture cuts it off", () => {
  const { marks, box } = figureOf([coin("a", 0), coin("b", 300)], [hand], TOLD);
  for (const line of ["same hand, path T1", "all of it wrong ≤ 1 %"]) {
    const y = Number(new RegExp(`y="(-?[\\d.]+)"[^>]*>${line}<`).exec(marks)?.[1]);
    expect(y).toBeLessThan(-100);
    expect(y - 20).toBeGreaterThan(box.y);
  }
  expect(box.y + box.h).toBeGreaterThan(32);
});
