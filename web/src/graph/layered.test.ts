import { describe, expect, it } from "vitest";
import { layered, type Sized } from "./layered";
import { overlap } from "./place";

const GAPS = { layer: 140, node: 22, part: 40 };

/** A row of numbers that looks random and is the same at every run. */
function chance(seed: number): (most: number) => number {
  let state = seed;
  return (most) => (state = (state * 48271) % 2147483647) % most;
}

function sized(count: number, next: (most: number) => number): Sized[] {
  return Array.from({ length: count }, () => ({ w: 150 + next(40), h: 40 + next(30) }));
}

/** Transactions that spend earlier coins, as a drawing of the chain has them. */
function trail(count: number, next: (most: number) => number): { nodes: Sized[]; edges: [number, number][] } {
  const edges: [number, number][] = [];
  const coins: number[] = [];
  for (let at = 0; at < count; ) {
    const tx = at++;
    for (let spent = 1 + next(2); spent && coins.length; spent--) edges.push([coins.splice(Math.max(0, coins.length - 40) + next(Math.min(40, coins.length)), 1)[0]!, tx]);
    for (let made = 1 + next(3); made && at < count; made--) {
      edges.push([tx, at]);
      coins.push(at++);
    }
  }
  return { nodes: sized(count, next), edges };
}

describe("layers from left to right", () => {
  it("never lay a node on another, whatever the edges", () => {
    for (let seed = 1; seed < 40; seed++) {
      const next = chance(seed);
      const nodes = sized(1 + next(60), next);
      const edges = Array.from({ length: next(120) }, (): [number, number] => [next(nodes.length), next(nodes.length)]);
      const boxes = layered(nodes, edges, GAPS).map((at, place) => ({ ...nodes[place]!, ...at }));
      boxes.forEach((one, place) => {
        for (const other of boxes.slice(place + 1)) expect(overlap({ ...one, h: one.h + 19 }, other)).toBe(false);
      });
    }
  });

  it("lay each node right of what leads to it", () => {
    const { nodes, edges } = trail(500, chance(7));
    const at = layered(nodes, edges, GAPS);
    for (const [from, to] of edges) expect(at[to]!.x).toBeGreaterThan(at[from]!.x);
  });

  it("lay a chain straight, and an unjoined part below it", () => {
    const nodes = sized(5, () => 0);
    const at = layered(nodes, [[0, 1], [1, 2], [3, 4]], GAPS);
    expect(new Set(at.slice(0, 3).map((one) => one.y)).size).toBe(1);
    expect(at[3]!.y).toBe(at[4]!.y);
    expect(at[3]!.y).toBeGreaterThan(at[0]!.y);
  });

  it("come to an end on circles, on nothing, and on a hub", () => {
    expect(layered([], [], GAPS)).toEqual([]);
    expect(layered(sized(3, () => 0), [[0, 1], [1, 2], [2, 0], [1, 1]], GAPS)).toHaveLength(3);
    const hub = layered(sized(2_001, () => 0), Array.from({ length: 2_000 }, (_, at): [number, number] => [0, at + 1]), GAPS);
    const ys = hub.slice(1).map((one) => one.y);
    expect(Math.abs((Math.min(...ys) + Math.max(...ys)) / 2 - hub[0]!.y)).toBeLessThan(2);
  });

  it("take thousands of nodes in a moment", () => {
    const { nodes, edges } = trail(5_000, chance(3));
    const began = performance.now();
    layered(nodes, edges, GAPS);
    expect(performance.now() - began).toBeLessThan(4_000); // some 50 ms where nobody else works
  });
});
