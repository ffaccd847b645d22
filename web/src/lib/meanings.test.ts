import { describe, expect, it } from "vitest";
import { entryOf, MEANINGS, placeOf } from "./meanings";

describe("the words that are explained", () => {
  it("are found by any of their forms", () => {
    expect(entryOf("outpoint")).toBe("output, outpoint");
    expect(entryOf("gate")).toBe("gate");
    expect(entryOf("no such word")).toBeUndefined();
  });

  it("each have a place of their own, and a sentence", () => {
    const places = Object.keys(MEANINGS).map(placeOf);
    expect(new Set(places).size).toBe(places.length);
    expect(Object.values(MEANINGS).every((one) => one.endsWith("."))).toBe(true);
  });
});
