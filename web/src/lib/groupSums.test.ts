import { expect, it } from "vitest";
import { sumsText } from "./groupSums";

it("proceeds that came back are told beside those that left and never added to them", () => {
  const sums = [
    { group: "outflow", rows: 137, sums_sat: { fifo_sat: 920_000_000, haircut_sat: 910_000_000 } },
    { group: "change", rows: 61, sums_sat: { fifo_sat: 2_170_700_000, haircut_sat: 2_170_700_000 } },
  ];
  expect(sumsText({ table: "proceeds", sums })).toBe(
    "outflow: 137 rows, fifo 9.20000000 BTC, haircut 9.10000000 BTC; " +
      "change (came back to the service and went out again): 61 rows, fifo 21.70700000 BTC, haircut 21.70700000 BTC",
  );
});

it("what is no payment is told apart from payments", () => {
  const sums = [
    { group: "payment", rows: 144, sums_sat: { value_sat: 922_408_276 } },
    { group: "return", rows: 1, sums_sat: { value_sat: 862_496 } },
  ];
  expect(sumsText({ table: "payments", sums })).toBe(
    "payment: 144 rows, value 9.22408276 BTC; return (no payments: the service's own, coming home): 1 row, value 0.00862496 BTC",
  );
});

it("leads of the same hand and others are told apart", () => {
  const sums = [
    { group: "same_hand", rows: 2, sums_sat: { fifo_sat: 5, haircut_sat: 6 } },
    { group: "upstream", rows: 1, sums_sat: { fifo_sat: 7, haircut_sat: 8 } },
  ];
  expect(sumsText({ table: "leads", sums })).toContain("same hand: 2 rows, fifo 0.00000005 BTC");
  expect(sumsText({ table: "leads", sums: [] })).toBe("");
});
