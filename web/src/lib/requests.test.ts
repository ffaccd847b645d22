import { expect, it } from "vitest";
import { isOpen, statesOf } from "./requests";

it("requests are counted state by state, so that none that was only prepared passes for one that was sent", () => {
  const made = ["prepared", "sent", "prepared", "answered"].map((state) => ({ state }));
  expect(statesOf(made)).toBe("2 prepared, 1 sent, 1 answered");
  expect(made.filter(isOpen)).toHaveLength(3);
});
