import { describe, expect, it } from "vitest";
import { COLUMN, overlap, placeAll, placed, type Box } from "./place";

// Numbers that look random and are the same on every run (mulberry32).
function numbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function boxes(next: () => number, many: number, spread: number): Box[] {
  return Array.from({ length: many }, () => ({
    x: Math.round(next() * 4) * COLUMN + (next() < 0.3 ? Math.round(next() * 90) : 0),
    y: Math.round(next() * spread),
    w: 100 + Math.round(next() * 90),
    h: 30 + Math.round(next() * 50),
  }));
}

describe("places for what is new", () => {
  it("never lie on what is there, nor on each other, and what is there stays", () => {
    for (let seed = 0; seed < 200; seed++) {
      const next = numbers(seed);
      const taken = placeAll([], boxes(next, Math.floor(next() * 40), 600));
      const before = structuredClone(taken);
      const added = placeAll(taken, boxes(next, 1 + Math.floor(next() * 30), next() < 0.2 ? 0 : 600));
      expect(taken).toEqual(before);
      const all = [...taken, ...added];
      all.forEach((one, at) => all.slice(at + 1).forEach((other) => expect(overlap(one, other)).toBe(false)));
    }
  });

  it("are the wanted ones where nothing is in the way", () => {
    const wanted = { x: 0, y: 40, w: 100, h: 40 };
    expect(placed([{ x: COLUMN, y: 40, w: 100, h: 40 }], wanted)).toEqual(wanted);
  });

  it("are as near as can be", () => {
    const taken = [{ x: 0, y: 0, w: 100, h: 40 }];
    expect(placed(taken, { x: 0, y: -5, w: 100, h: 40 }).y).toBe(-58);
    expect(placed(taken, { x: 0, y: 5, w: 100, h: 40 }).y).toBe(58);
  });

  it("are found also among thousands that leave no room", () => {
    const taken = placeAll([], boxes(numbers(7), 1_500, 10));
    expect(new Set(taken.map((one) => `${one.x} ${one.y}`)).size).toBe(1_500);
  });
});
