import { describe, expect, it } from "vitest";
import { marks } from "./axis";

describe("the marks of an axis", () => {
  it("are round, and the last is not below the greatest value", () => {
    expect(marks(105_807_997)).toEqual([0, 50_000_000, 100_000_000, 150_000_000]);
    expect(marks(8)).toEqual([0, 2, 4, 6, 8]);
  });

  it("are few for any size", () => {
    for (let most = 1; most < 1e15; most *= 3) {
      const found = marks(most);
      expect(found.length).toBeLessThanOrEqual(6);
      expect(found.at(-1)).toBeGreaterThanOrEqual(most);
    }
  });

  it("are nothing but the beginning where there is no value", () => {
    expect(marks(0)).toEqual([0]);
  });
});
