import { describe, expect, it } from "vitest";
import { SPARE, windowOf } from "./window";

describe("the rows in the document", () => {
  it("are few, whatever the list has", () => {
    for (const top of [0, 1, 999, 1_800_000, 3_599_999, 9_999_999]) {
      const seen = windowOf(100_000, top, 500, 36);
      expect(seen.end - seen.first).toBeLessThanOrEqual(500 / 36 + 2 + 2 * SPARE);
      expect(seen.before + seen.after + (seen.end - seen.first) * 36).toBe(3_600_000);
    }
  });

  it("cover what is seen", () => {
    for (const top of [0, 17, 360, 36_000]) {
      const seen = windowOf(2_000, top, 500, 36);
      expect(seen.before).toBeLessThanOrEqual(top);
      expect(seen.end * 36).toBeGreaterThanOrEqual(Math.min(top + 500, 72_000));
    }
  });

  it("are all rows of a short list, and none of an empty one", () => {
    expect(windowOf(5, 0, 500, 36)).toEqual({ first: 0, end: 5, before: 0, after: 0 });
    expect(windowOf(0, 0, 500, 36)).toEqual({ first: 0, end: 0, before: 0, after: 0 });
  });
});
