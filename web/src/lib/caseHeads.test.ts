import { expect, it } from "vitest";
import { headOf, withoutHand } from "./caseHeads";

it("a head says what a bound assumes, and of which part a tier is", () => {
  expect(headOf("error_bound_ppm")).toBe("wrong at most, if no payjoin");
  expect(headOf("error_payjoin_5_ppm")).toBe("wrong at most, if 5 % are payjoins");
  expect(headOf("weakest_tier")).toBe("hand's weakest tier");
  expect(["fifo_sat", "withdrawal_time_utc"].map(headOf)).toEqual(["fifo BTC", "withdrawal time, UTC"]);
});

it("a bound beside a lead over other hands says that it is none of the hand", () => {
  expect(withoutHand("same_hand", "")).toBe("");
  expect(withoutHand("", "")).toBe(""); // a payment
  expect(withoutHand("upstream", "")).toBe("ends only");
  expect(withoutHand("downstream", "T4")).toBe("ends and dashed path");
});
