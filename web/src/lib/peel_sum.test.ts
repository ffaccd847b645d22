import { describe, expect, it } from "vitest";
import type { Schemas } from "./api";
import { peelSum, type Chain } from "./peel_sum";

type Hop = Schemas["PeelHopLine"];

const hop = (spent: string, kept: string, kind: Hop["kind"], burned_sat = 0): Hop => ({ spent, kept, kind, burned_sat }) as Hop;

/** 100 came in and 70 beside it; 120 were paid, 3 burned, 7 went to miners. */
const FORWARD: Chain = {
  start: "a:0", start_sat: 100, end_sat: 40, paid_sat: 120, fees_sat: 7, beside_sat: 70,
  lines: [hop("a:0", "b:1", "peel"), hop("b:1", "c:0", "join", 3)],
};
const BACKWARD: Chain = {
  start: "c:0", start_sat: 40, end_sat: 100, paid_sat: 50, fees_sat: 10, beside_sat: 0,
  lines: [hop("b:1", "c:0", "peel"), hop("a:0", "b:1", "peel")],
};
const NONE: Chain = { ...FORWARD, end_sat: 100, paid_sat: 0, fees_sat: 0, beside_sat: 0, lines: [] };

describe("the sum of a peel chain", () => {
  it.each([FORWARD, BACKWARD, NONE])("is the same on both sides", (chain) => {
    const sum = peelSum(chain);
    expect(sum.broughtIn + sum.beside).toBe(sum.paid + sum.fees + sum.burned + sum.goesOn);
  });

  it("tells coins of its own cluster from those of others", () => {
    expect(peelSum(FORWARD).joins).toBe(1);
    expect(peelSum({ ...FORWARD, lines: FORWARD.lines.slice(0, 1) }).joins).toBe(0);
  });
});
