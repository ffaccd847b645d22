import { expect, test } from "vitest";
import { every } from "./every";

test("a list is put together from its pages, in their order", async () => {
  const pages: Record<string, { rows: number[]; next_page: string | null }> = {
    first: { rows: [1, 2], next_page: "second" },
    second: { rows: [3], next_page: "third" },
    third: { rows: [], next_page: null },
  };
  const asked: string[] = [];
  const found = await every(
    async (page = "first") => {
      asked.push(page);
      return pages[page]!;
    },
    (part) => part.rows,
  );
  expect(found).toEqual([1, 2, 3]);
  expect(asked).toEqual(["first", "second", "third"]);
});

test("a page that cannot be had is a failure, never a shorter list", async () => {
  const fetch = async (page?: string) => {
    if (page) throw new Error("gone");
    return { rows: [1], next_page: "second" };
  };
  await expect(every(fetch, (part) => part.rows)).rejects.toThrow("gone");
});
