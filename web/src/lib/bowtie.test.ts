import { describe, expect, it } from "vitest";
import { bowTie } from "./bowtie";

describe("the picture of a transaction", () => {
  it("has a band for each input, each output and the fee", () => {
    const tie = bowTie([5, 5], [6, 3], 1);
    expect(tie.bands.map((band) => `${band.side} ${band.place}`)).toEqual([
      "input 0",
      "input 1",
      "output 0",
      "output 1",
      "fee -1",
    ]);
  });

  it("counts what it does not draw", () => {
    const tie = bowTie(Array(400).fill(1), Array(300).fill(1), 0);
    expect(tie.leftOut).toEqual({ inputs: 360, outputs: 260 });
    expect(tie.bands.every((band) => !band.path.includes("NaN"))).toBe(true);
  });

  it("stays within its height", () => {
    for (const n of [1, 2, 7, 40]) {
      const tie = bowTie(Array(n).fill(3), Array(n).fill(2), n);
      for (const band of tie.bands) {
        const ys = [...band.path.matchAll(/[ ,V](-?\d+\.\d+)/g)].map((match) => Number(match[1]));
        expect(Math.min(...ys)).toBeGreaterThanOrEqual(-1);
        expect(Math.max(...ys)).toBeLessThanOrEqual(tie.height + 1);
      }
    }
  });
});
