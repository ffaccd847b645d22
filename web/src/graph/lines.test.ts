import { describe, expect, it } from "vitest";
import { type GraphEdge, type GraphNode } from "./items";
import { linesOf, turnOf, type Line } from "./lines";
import { overlap, PARTIES, type Box } from "./place";

/** A label of two lines of 11.5 pixels, as wide as `1,234.56789012 BTC · 12,345,678.90 USD`. */
const LABEL = { w: 254, h: 26 };

function party(id: string, x: number, y: number): GraphNode {
  return {
    kind: "node", id, level: "relations", concept: "cluster", x, y, name: id, lines: [], sat: null, time: null, certainty: "inference",
    claims: [], says: [], hidden: false, note: "", carried: null,
  };
}

function pays(from: string, to: string): GraphEdge {
  return {
    kind: "edge", id: `${from} ${to}`, level: "relations", from, to, certainty: "inference", label: "1 BTC · 1 tx · T2, wrong ≤ 1 %", sat: 1,
    time: null, says: "", hidden: false,
  };
}

/** A hub with others in a column on each side; every third of them pays and is paid. */
function hub(left: number, right: number): { nodes: Map<string, GraphNode>; lines: Map<string, Line> } {
  const nodes = [party("hub", 0, 0)];
  const edges: GraphEdge[] = [];
  for (const [side, many] of [[-1, left], [1, right]] as const) {
    for (let place = 0; place < many; place++) {
      const one = party(`${side} ${place}`, side * PARTIES, (place - (many - 1) / 2) * 84);
      nodes.push(one);
      if (side < 0 || place % 3 === 0) edges.push(pays(one.id, "hub"));
      if (side > 0 || place % 3 === 0) edges.push(pays("hub", one.id));
    }
  }
  const byId = new Map(nodes.map((one) => [one.id, one]));
  return { nodes: byId, lines: linesOf(edges, (id) => byId.get(id), () => LABEL.w) };
}

describe("lines between parties", () => {
  it("have labels that lie on no other label and on no box, however many meet in one", () => {
    for (let left = 0; left < 9; left++) {
      for (let right = 1; right < 14; right++) {
        const { nodes, lines } = hub(left, right);
        const boxes: Box[] = [...lines.values()].map(({ label }) => ({ ...label, ...LABEL }));
        for (const one of nodes.values()) boxes.push({ x: one.x, y: one.y, w: 184, h: 64 });
        for (const [at, box] of boxes.entries()) expect(boxes.slice(at + 1).some((other) => overlap(box, other))).toBe(false);
      }
    }
  });

  it("cross no label of another where they spread from the hub", () => {
    const { lines } = hub(4, 9);
    for (const [id, line] of lines) {
      const spread = line.end === "to" ? [line.from, line.corner!] : [line.corner!, line.to];
      for (const [other, { label }] of lines) {
        if (other === id) continue;
        const inside = (x: number) => Math.abs(x - label.x) < LABEL.w / 2;
        expect(spread.some((point) => inside(point.x))).toBe(false);
      }
    }
  });

  it("run straight through a wide gap, and not at all between boxes one above the other", () => {
    const at = new Map(["a", "b", "c"].map((id, place) => [id, party(id, [0, 900, 100][place]!, place * 200)]));
    const lines = linesOf([pays("a", "b"), pays("a", "c")], (id) => at.get(id), () => LABEL.w);
    expect(lines.get("a b")?.corner).toBeNull();
    expect(turnOf(lines.get("a b")!)).toEqual({ along: 0.5, beside: 0 });
    expect(lines.has("a c")).toBe(false);
  });

  it("turn where their corner is, by what the canvas is told", () => {
    for (const line of hub(5, 8).lines.values()) {
      const { along, beside } = turnOf(line);
      const [dx, dy] = [line.to.x - line.from.x, line.to.y - line.from.y];
      const long = Math.hypot(dx, dy);
      expect(line.from.x + along * dx - (beside * dy) / long).toBeCloseTo(line.corner!.x);
      expect(line.from.y + along * dy + (beside * dx) / long).toBeCloseTo(line.corner!.y);
    }
  });
});
