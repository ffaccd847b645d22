import { describe, expect, it } from "vitest";
import { MOST_TOLD, newEntries, newestAfter, runNews, seenNow } from "./news";
import { readSeen } from "./seen";

const RUN = {
  basis_digest: "aa",
  tags_digest: "t1",
  tip_hash: "00",
  tip_height: 4102,
  made_utc: "2018-03-31T23:57:49Z",
  payments: 120,
  value_sat: 5,
};
const LINE = { name: "A-1", reference: "A-1", network: "regtest", kept: true, entries: 7, head: "7:00", run: RUN };
const SEEN = seenNow(LINE);

describe("what is new of a run", () => {
  it("is nothing while it is the run that was seen", () => {
    expect(runNews(SEEN.run, RUN)).toEqual([]);
    expect(runNews(SEEN.run, null)).toEqual([]);
  });

  it("is payments, tip and tags, each in words", () => {
    const next = { ...RUN, basis_digest: "bb", payments: 121, tip_height: 5000, tags_digest: "t2" };
    expect(runNews(SEEN.run, next)).toEqual([
      "1 payment more than before: 121 now",
      "the run goes up to block 5,000, where it ended at 4,102",
      "it was run with other tags",
    ]);
    expect(runNews(SEEN.run, { ...RUN, basis_digest: "bb", payments: 100 })).toEqual(["20 payments fewer than before: 100 now"]);
  });

  it("is said too where only its basis is another", () => {
    expect(runNews(SEEN.run, { ...RUN, basis_digest: "bb" })[0]).toContain("another basis");
  });

  it("is the run itself where there was none", () => {
    expect(runNews(null, RUN)).toEqual(["the case was run: 120 payments up to block 4,102"]);
  });
});

describe("what was seen", () => {
  it("is read back as it was kept, and is nothing where it cannot be", () => {
    expect(readSeen(JSON.parse(JSON.stringify(SEEN)))).toEqual(SEEN);
    expect(readSeen(5)).toBe(null);
    expect(readSeen("x")).toBe(null);
    expect(readSeen(undefined)).toBe(null);
  });

  it("counts entries that came, of a journal that is kept", () => {
    expect(newEntries({ entries: 5, run: null }, LINE)).toBe(2);
    expect(newEntries({ entries: null, run: null }, LINE)).toBe(0);
    expect(newEntries(SEEN, { ...LINE, entries: null })).toBe(0);
  });

  it("asks for the newest of them, however many came", () => {
    expect(newestAfter({ entries: 5, run: null }, LINE)).toBe(5);
    expect(newestAfter({ entries: 0, run: null }, { ...LINE, entries: 3_000 })).toBe(3_000 - MOST_TOLD);
    expect(newestAfter({ entries: null, run: null }, LINE)).toBe(7);
  });
});
