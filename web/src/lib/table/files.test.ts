import { describe, expect, it } from "vitest";
import { csv, tsv } from "./files";

describe("rows for spreadsheets", () => {
  it("hold no formula, and numbers as they are", () => {
    expect(csv([["=1+1", "-5", "@x", "+1", "-a"]])).toBe("'=1+1,-5,'@x,'+1,'-a\n");
  });

  it("keep their cells apart", () => {
    expect(csv([['a"b', "c,d", "e\nf"]])).toBe('"a""b","c,d","e\nf"\n');
    expect(tsv([["a\tb", "c"], ["d", ""]])).toBe("a b\tc\nd\t\n");
  });
});
