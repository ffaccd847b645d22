import { expect, it } from "vitest";
import { cited } from "./cited";
import type { Column } from "./columns.svelte";

const COLUMNS: Column<string[]>[] = [
  { id: "time_utc", head: "block time, UTC", text: (row) => row[0] ?? "" },
  { id: "outpoint", head: "output", text: (row) => row[1] ?? "" },
  { id: "value_sat", head: "BTC", number: true, text: (row) => row[2] ?? "" },
  { id: "spent_by", head: "spent by", text: (row) => row[3] ?? "" },
  { id: "bound_ppm", head: "wrong at most", number: true, text: (row) => row[4] ?? "" },
  { id: "country", head: "country", text: (row) => row[5] ?? "", read: (row) => (row[5] ? `Country of ${row[5]}` : "") },
];

it("a citation of a row has its time in UTC, its name whole, and amounts in bitcoin", () => {
  const name = `${"ab".repeat(32)}:1`;
  expect(cited(["2018-03-31T23:57:49Z", name, "150000000", ""], COLUMNS)).toBe(
    `block time 2018-03-31 23:57:49 UTC, output ${name}, BTC 1.50000000`,
  );
});

it("a citation of a row has a bound in percent, as its cell has", () => {
  expect(cited(["", "", "", "", "1673"], COLUMNS)).toBe("wrong at most 0.1673 %");
});

it("a citation of a row says what its cells show", () => {
  expect(cited(["", "", "", "", "", "GB"], COLUMNS)).toBe("country Country of GB");
});

it("a citation of a row shows what would hide in a label", () => {
  expect(cited(["", "a\u202eb"], COLUMNS)).toBe("output a⟨U+202E⟩b");
});
