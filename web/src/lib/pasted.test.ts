import { describe, expect, it } from "vitest";
import { verdictWords, verdictsOf, wordsOf } from "./pasted";

const known = (name: string) => ({ given: name, thing: "address" as const, name, found: true, says: "" });
const unknown = (given: string) => ({ given, thing: "unknown" as const, name: "", found: false, says: "no address" });
const read = (pasted: string) => {
  const words = wordsOf(pasted);
  return verdictsOf(words, words.map(({ text }) => (text.startsWith("bc1") ? known(text) : unknown(text))));
};

describe("what was pasted", () => {
  it("is split at blanks, commas and lines of every system, and keeps its line", () => {
    expect(wordsOf("bc1a bc1b\r\n\r\nbc1c;bc1d\tbc1e")).toEqual([
      { text: "bc1a", line: 1 },
      { text: "bc1b", line: 1 },
      { text: "bc1c", line: 3 },
      { text: "bc1d", line: 3 },
      { text: "bc1e", line: 3 },
    ]);
  });

  it("takes a number for a height only in a line of numbers", () => {
    expect(wordsOf("bc1a, 12\n622\n1 2").map((word) => word.text)).toEqual(["bc1a", "622", "1", "2"]);
  });

  it("takes a number after the word block for a height, and as many digits as a hash has for one", () => {
    const zeros = "0".repeat(64);
    expect(wordsOf(`block 100\nBlock: 7, bc1a 12\n${zeros} 3`).map((word) => word.text)).toEqual(["100", "7", "bc1a", zeros]);
  });

  it("has one verdict for a row of a table, which counts what was not read", () => {
    expect(read("bc1a,note,other").map(verdictWords)).toEqual(["found; 2 words beside it not read"]);
  });

  it("has one verdict for a line without a name, which says why", () => {
    expect(read("hello there\nbc1a").map((one) => [one.line, verdictWords(one)])).toEqual([
      [1, "no address; 1 word beside it not read"],
      [2, "found"],
    ]);
  });

  it("marks what was named before", () => {
    expect(read("bc1a\nbc1b\nbc1a").map((one) => one.again)).toEqual([0, 0, 1]);
  });

  it("is read quickly, ten thousand lines of it", () => {
    const pasted = Array.from({ length: 10_000 }, (_, place) => `bc1${place},x`).join("\n");
    expect(read(pasted)).toHaveLength(10_000);
  });
});
