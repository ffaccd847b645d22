import { describe, expect, it } from "vitest";
import type { GraphNode } from "./items";
import { begun, boxOf, READABLE, whole } from "./view_box";

const node = (x: number, y: number): GraphNode => ({
  kind: "node", id: `${x} ${y}`, level: "transactions", concept: "coin", x, y, name: "", lines: [], sat: 1, time: null,
  certainty: "fact", claims: [], says: [], hidden: false, note: "", carried: null,
});

describe("where the eye goes", () => {
  it("is all of a drawing where that can be read, or where there is room", () => {
    const long = boxOf([node(0, 0), node(3_000, 0)]);
    expect(begun(long, node(0, 0), 1_000, 600)).toEqual(whole(long, 1_000, 600));
    const small = boxOf([node(0, 0)]);
    expect(begun(small, node(0, 0), 350, 500)).toEqual(whole(small, 350, 500));
  });

  it("is the seed, large enough to be read, on a telephone", () => {
    const seed = node(3_000, 0);
    const view = begun(boxOf([node(0, 0), seed]), seed, 350, 500);
    expect([view.zoom, view.y]).toEqual([READABLE, 0]);
    expect(view.x).toBeLessThan(3_000); // what leads to it is shown rather than nothing
    expect((3_000 + 88 - view.x) * READABLE).toBeLessThan(350 / 2);
    expect(begun(boxOf([node(0, 0), node(1_500, 0), seed]), node(1_500, 0), 350, 500).x).toBe(1_500);
  });

  it("has every node within the whole", () => {
    const nodes = [node(-500, 900), node(4_000, -2_000), node(7, 8)];
    const view = whole(boxOf(nodes), 800, 500);
    for (const one of nodes) {
      expect(Math.abs(one.x - view.x) * view.zoom).toBeLessThan(400);
      expect(Math.abs(one.y - view.y) * view.zoom).toBeLessThan(250);
    }
    expect(whole(boxOf([]), 800, 500)).toEqual({ zoom: 1.1, x: 0, y: 0 });
  });
});
