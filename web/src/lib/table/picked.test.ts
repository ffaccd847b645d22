import { expect, it } from "vitest";
import { Picked } from "./picked.svelte";
import { live } from "./rows.svelte";

const rows = ["a", "b", "c", "d"].map((id) => ({ id }));

it("what takes the place of a chosen row under its key is chosen, and what is gone is not", () => {
  const picked = new Picked<{ id: string }>((one) => one.id);
  picked.turn(rows, 1, false);
  picked.turn(rows, 2, false);
  picked.keep([{ id: "a" }, { id: "b" }]);
  expect(picked.has({ id: "b" })).toBe(true);
  expect(picked.size).toBe(1);
});

it("all rows from the last one on are chosen or left together", () => {
  const picked = new Picked<{ id: string }>((one) => one);
  picked.turn(rows, 0, false);
  picked.turn(rows, 2, true);
  expect(rows.map((one) => picked.has(one))).toEqual([true, true, true, false]);
  picked.turn(rows, 1, true);
  expect(rows.map((one) => picked.has(one))).toEqual([true, false, false, false]);
});

it("a list that is there already is whole at once and follows what it is of", () => {
  let now = rows;
  const list = live(() => now);
  expect([list.complete, list.counted, list.total]).toEqual([true, true, 4]);
  now = rows.slice(1);
  expect(list.rows).toEqual(now);
});
