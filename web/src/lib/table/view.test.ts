import { describe, expect, it } from "vitest";
import type { Column } from "./columns.svelte";
import { Rows, whole, type Part } from "./rows.svelte";
import { View } from "./view.svelte";

interface Numbers extends Part {
  rows: number[];
}

const COLUMNS: Column<number>[] = [{ id: "n", head: "n", number: true, text: String }];

/** A list of three pages, each given when it is let go. */
function slow(): { view: View<Numbers, number>; letGo: () => void } {
  let letGo = () => {};
  const gate = new Promise<void>((done) => (letGo = done));
  const list = new Rows<Numbers, number>(
    async (page) => {
      const at = Number(page ?? 0);
      if (at) await gate;
      return { rows: [at * 7 % 3, at + 10], next_page: at < 2 ? String(at + 1) : null, page: { total: 6 } };
    },
    (part) => part.rows,
  );
  return { view: new View(() => list, () => COLUMNS), letGo };
}

describe("a list that is sorted while its rows are on their way", () => {
  it("goes by the order that was asked for last, however fast it was pressed", async () => {
    for (const [presses, order] of [[1, "ascending"], [2, "descending"], [3, "none"], [4, "ascending"]] as const) {
      const { view, letGo } = slow();
      await Promise.resolve();
      const asked = Array.from({ length: presses }, () => view.sortBy("n"));
      letGo();
      await Promise.all(asked);
      const now = view.sorting;
      expect(now === null ? "none" : now.descending ? "descending" : "ascending").toBe(order);
    }
  });

  it("keeps the order that it has where another cannot be had", async () => {
    const list = new Rows<Numbers, number>(
      async (page) => {
        if (page) throw new Error("gone");
        return { rows: [1, 2], next_page: "1", page: { total: 4 } };
      },
      (part) => part.rows,
    );
    const view = new View(() => list, () => COLUMNS);
    await view.sortBy("n");
    expect(view.sorting).toBeNull();
    await view.sortBy("n");
    expect(view.sorting).toBeNull();
  });

  it("is not sorted or filtered by what could not be fetched, and says why", async () => {
    const list = whole([2, 1]);
    let reached = false;
    const prepare = async () => {
      if (!reached) throw new Error("2 of 2 values are missing");
    };
    const view = new View(() => list, () => [{ ...COLUMNS[0]!, prepare }]);
    await view.sortBy("n");
    expect([view.sorting, view.told]).toEqual([null, "not done: 2 of 2 values are missing"]);
    expect(await view.filterBy([{ column: "n", how: "at_least", text: "2" }])).toBe("not done: 2 of 2 values are missing");
    reached = true;
    await view.sortBy("n");
    expect([view.list, view.told]).toEqual([[1, 2], ""]);
  });
});
