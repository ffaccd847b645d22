import { describe, expect, it } from "vitest";
import type { Column } from "./columns.svelte";
import { type Filter, misread, narrowed, nextSorting, sums } from "./narrow";

interface Row {
  label: string;
  value_sat: string;
  time_utc: string;
}

const COLUMNS: Column<Row>[] = [
  { id: "label", head: "label", text: (row) => row.label },
  { id: "value_sat", head: "BTC", number: true, adds: true, text: (row) => row.value_sat },
  { id: "time_utc", head: "block time, UTC", text: (row) => row.time_utc },
];
const row = (label: string, value_sat: string, time_utc = "2018-01-01T00:00:00Z"): Row => ({ label, value_sat, time_utc });
const ROWS = [row("b", "900000000"), row("a", "1000000000"), row("", ""), row("shop 10", "-5"), row("Shop 9", "150000000")];

const labels = (rows: Row[]) => rows.map((one) => one.label);
const passing = (one: Filter, rows = ROWS) => labels(narrowed(rows, COLUMNS, [one], null));
const ordered = (column: string, descending: boolean) => labels(narrowed(ROWS, COLUMNS, [], { column, descending }));

describe("an order", () => {
  it("is of numbers as numbers, and of words as words", () => {
    expect(ordered("value_sat", false)).toEqual(["shop 10", "Shop 9", "b", "a", ""]);
    expect(ordered("label", false)).toEqual(["a", "b", "Shop 9", "shop 10", ""]);
  });

  it("has what is not known last, whichever way", () => {
    expect(ordered("value_sat", true)).toEqual(["a", "b", "Shop 9", "shop 10", ""]);
    expect(ordered("label", true).at(-1)).toBe("");
  });

  it("is turned, and then taken away", () => {
    const up = nextSorting(null, "label");
    const down = nextSorting(up, "label");
    expect([up, down, nextSorting(down, "label")]).toEqual([
      { column: "label", descending: false },
      { column: "label", descending: true },
      null,
    ]);
    expect(nextSorting(down, "value_sat")).toEqual({ column: "value_sat", descending: false });
  });

  it("leaves the rows that came as they were", () => {
    ordered("label", true);
    expect(labels(ROWS)).toEqual(["b", "a", "", "shop 10", "Shop 9"]);
  });
});

describe("a filter", () => {
  it("takes amounts in bitcoin", () => {
    expect(passing({ column: "value_sat", how: "at_least", text: "1.5" })).toEqual(["b", "a", "Shop 9"]);
    expect(passing({ column: "value_sat", how: "is", text: "1.50" })).toEqual(["Shop 9"]);
    expect(passing({ column: "value_sat", how: "contains", text: "10.0000" })).toEqual(["a"]);
  });

  it("takes bounds in percent", () => {
    const bound: Column<string>[] = [{ id: "bound_ppm", head: "wrong at most", number: true, text: (one) => one }];
    const rows = ["1673", "33335", ""];
    const kept = (how: Filter["how"], text: string) => narrowed(rows, bound, [{ column: "bound_ppm", how, text }], null);
    expect(kept("at_least", "1")).toEqual(["33335"]);
    expect(kept("at_most", "0.2 %")).toEqual(["1673"]);
    expect(kept("is", "0.1673")).toEqual(["1673"]);
    expect(kept("contains", "3.33")).toEqual(["33335"]);
  });

  it("finds what a cell shows, where that is not its text", () => {
    const country: Column<string>[] = [{ id: "country", head: "country", text: (one) => one, read: (one) => `Country of ${one}` }];
    expect(narrowed(["GB", "FR"], country, [{ column: "country", how: "contains", text: "of gb" }], null)).toEqual(["GB"]);
  });

  it("finds words without regard to case", () => {
    expect(passing({ column: "label", how: "contains", text: "SHOP" })).toEqual(["shop 10", "Shop 9"]);
    expect(passing({ column: "label", how: "is", text: "shop 9" })).toEqual(["Shop 9"]);
  });

  it("counts a cell without a value as neither least nor most", () => {
    expect(passing({ column: "value_sat", how: "at_most", text: "100" })).not.toContain("");
    expect(passing({ column: "label", how: "at_most", text: "zzz" })).not.toContain("");
  });

  it("takes a day as all of it", () => {
    const rows = [row("before", "1", "2018-01-30T23:59:59Z"), row("on it", "1", "2018-01-31T23:59:59Z"), row("after", "1", "2018-02-01T00:00:00Z")];
    expect(passing({ column: "time_utc", how: "at_most", text: "2018-01-31" }, rows)).toEqual(["before", "on it"]);
    expect(passing({ column: "time_utc", how: "at_least", text: "2018-01-31 12:00" }, rows)).toEqual(["on it", "after"]);
  });

  it("that means nothing is said to", () => {
    expect(misread(COLUMNS[1], { column: "value_sat", how: "at_least", text: "much" })).toContain("write a number");
    expect(misread(COLUMNS[1], { column: "value_sat", how: "at_least", text: "1,000.5" })).toBe("");
  });
});

it("sums are exact, and of the columns that may be added up", () => {
  const most = [row("x", "9007199254740993"), row("y", "1"), row("z", "")];
  expect(sums(most, COLUMNS).map((one) => [one.column.id, one.sum])).toEqual([["value_sat", 9007199254740994n]]);
});
