import { expect, it } from "vitest";
import { Rows } from "./rows.svelte";

/** A list of so many rows, told page by page. */
function listOf(total: number): Rows<{ next_page: string | null; page: { total: number }; numbers: number[] }, number> {
  return new Rows(
    async (page, limit) => {
      const from = Number(page ?? 0);
      const end = Math.min(from + limit, total);
      const numbers = Array.from({ length: end - from }, (_, k) => from + k);
      return { next_page: end < total ? String(end) : null, page: { total }, numbers };
    },
    (part) => part.numbers,
  );
}

it("who asks for few rows while all are fetched stops nobody", async () => {
  const list = listOf(14_822);
  await list.reach(1);
  const all = list.reach(20_000);
  await list.reach(30);
  await all;
  expect(list.complete).toBe(true);
  expect(list.rows).toHaveLength(14_822);
});

it("no more rows are fetched than somebody asked for", async () => {
  const list = listOf(14_822);
  await list.reach(1);
  expect(list.rows).toHaveLength(100);
  await list.reach(101);
  expect(list.rows).toHaveLength(1_100);
});
