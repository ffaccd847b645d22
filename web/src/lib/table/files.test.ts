import { describe, expect, it } from "vitest";
import { csv, fileName, tsv } from "./files";

it("a file's name says which rows it holds", () => {
  expect(fileName("leads", 237, { all: 237, filtered: false, cut: false })).toBe("leads");
  expect(fileName("leads", 141, { all: 237, filtered: true, cut: false })).toBe("leads-filtered-141-of-237");
  expect(fileName("leads", 100, { all: null, filtered: false, cut: true })).toBe("leads-first-100");
  expect(fileName("leads", 100, { all: 237, filtered: true, cut: true })).toBe("leads-filtered-first-100-of-237");
});

describe("rows for spreadsheets", () => {
  it("hold no formula, and numbers as they are", () => {
    expect(csv([["=1+1", "-5", "@x", "+1", "-a"]])).toBe("'=1+1,-5,'@x,'+1,'-a\n");
  });

  it("keep their cells apart", () => {
    expect(csv([['a"b', "c,d", "e\nf"]])).toBe('"a""b","c,d","e\nf"\n');
    expect(tsv([["a\tb", "c"], ["d", ""]])).toBe("a b\tc\nd\t\n");
  });
});
