import { expect, test } from "vitest";
import { step } from "./roving";

test("arrows to the side stay in the row and stop at its ends", () => {
  expect(step("ArrowRight", 0, 3)).toEqual({ place: 1, rows: 0 });
  expect(step("ArrowLeft", 0, 3)).toBeNull();
  expect(step("ArrowRight", 2, 3)).toBeNull();
});

test("arrows up and down keep the place", () => {
  expect(step("ArrowDown", 2, 3)).toEqual({ place: 2, rows: 1 });
  expect(step("ArrowUp", 1, 3)).toEqual({ place: 1, rows: -1 });
});

test("other keys lead nowhere", () => {
  expect(step("Enter", 0, 3)).toBeNull();
});
