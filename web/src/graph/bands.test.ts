import { describe, expect, it } from "vitest";
import { bandsOf } from "./bands";

const SHARES = [
  { way: ["KR", "A", "same hand", "service"], sat: 700n },
  { way: ["KR", "B", "same hand", "service"], sat: 200n },
  { way: ["GB", "C", "upstream", "service"], sat: 50n },
  { way: ["not led back", "not led back", "not led back", "service"], sat: 50n },
];

describe("bands of money", () => {
  it("have every satoshi in every layer", () => {
    const drawn = bandsOf(SHARES);
    for (const layer of [0, 1, 2, 3]) {
      expect(drawn.blocks.filter((one) => one.layer === layer).reduce((so, one) => so + one.sat, 0n)).toBe(1000n);
    }
    for (const block of drawn.blocks.filter((one) => one.layer < 3)) {
      const out = drawn.ribbons.filter((one) => one.from === block).reduce((so, one) => so + one.sat, 0n);
      expect(out).toBe(block.sat);
    }
  });

  it("never lie on each other within a layer", () => {
    const { blocks, height } = bandsOf(SHARES);
    for (const one of blocks) {
      expect(one.y >= 0 && one.y + one.h <= height).toBe(true);
      for (const other of blocks) {
        if (one !== other && one.layer === other.layer) expect(one.y + one.h <= other.y || other.y + other.h <= one.y).toBe(true);
      }
    }
  });

  it("are nothing where there is no money", () => {
    expect(bandsOf([]).blocks).toEqual([]);
    expect(bandsOf([{ way: ["a", "b"], sat: 0n }]).ribbons).toEqual([]);
  });
});
