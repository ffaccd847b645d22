import { describe, expect, it } from "vitest";
import { bowTie, REST } from "./bowtie";

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

  it("draws one band for all that are not among the largest, and says how many", () => {
    const tie = bowTie(Array(400).fill(1), Array(300).fill(1), 0);
    expect(tie.grouped).toEqual({ inputs: 360, outputs: 260 });
    expect(tie.bands.filter((band) => band.place === REST).map((band) => band.many)).toEqual([360, 260]);
    expect(tie.bands.every((band) => !band.path.includes("NaN"))).toBe(true);
  });

  it("draws all of them when asked, each with room for its name", () => {
    const tie = bowTie(Array(400).fill(1), Array(400).fill(1), 400, 400);
    expect(tie.bands).toHaveLength(801);
    const middles = tie.bands.filter((band) => band.side === "input").map((band) => band.middle);
    const gaps = middles.slice(1).map((middle, place) => middle - (middles[place] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(12);
  });

  it("takes the room that there is, and gives two lines of words theirs", () => {
    const tie = bowTie([4, 4, 4], [6, 3], 3, 40, { width: 120, words: 30 });
    expect(tie.width).toBe(120);
    const middles = tie.bands.filter((band) => band.side === "input").map((band) => band.middle);
    expect((middles[1] ?? 0) - (middles[0] ?? 0)).toBeGreaterThan(30);
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
