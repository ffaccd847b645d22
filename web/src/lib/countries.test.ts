import { expect, it } from "vitest";
import { byCountry } from "./countries";

const desk = (jurisdiction: string, paid_sat: number | string, deposited_sat: number | string) => ({ jurisdiction, paid_sat, deposited_sat });

it("what was paid and what was deposited stay apart, and the greatest of both stands first", () => {
  const lines = byCountry([desk("CA", 5, 1), desk("KR", "9007199254740993", 0), desk("CA", 2, 20), desk("JP", 0, 27)]);
  expect(lines).toEqual([
    { country: "KR", desks: 1, paid: 9007199254740993n, deposited: 0n },
    { country: "CA", desks: 2, paid: 7n, deposited: 21n },
    { country: "JP", desks: 1, paid: 0n, deposited: 27n },
  ]);
});

it("countries of the same sum stay in the order of the desks", () => {
  expect(byCountry([desk("B", 1, 2), desk("A", 2, 1), desk("C", 3, 0)]).map((one) => one.country)).toEqual(["B", "A", "C"]);
});
