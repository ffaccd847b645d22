import { expect, it } from "vitest";

const SOURCES = import.meta.glob<string>("../../**/*.svelte", { query: "?raw", import: "default", eager: true });

/** Each way in which a table draws its cells: its file, and what it draws where no branch knows the column. */
function lastBranches(): [file: string, last: string][] {
  return Object.entries(SOURCES).flatMap(([file, text]) =>
    [...text.matchAll(/\{#snippet cell\(.*?\{\/snippet\}/gs)].map(([snippet]): [string, string] => {
      const last = snippet.slice(snippet.lastIndexOf("{:else}"), snippet.lastIndexOf("{/if}"));
      return [file, last.replace(/\s+/g, " ").trim()];
    }),
  );
}

// Columns come and go, as those of a value do: one that nobody thought of must not be drawn as its neighbour.
it("a column that no branch of a cell knows is drawn as its own text", () => {
  const all = lastBranches();
  expect(all.length).toBeGreaterThan(30);
  const wrong = all.filter(([, last]) => !/\{shown\(.*\b(text|value)\b.*\)\}/.test(last));
  expect(wrong).toEqual([]);
});

it("no two tables keep their choice of columns under one name", () => {
  const names = Object.entries(SOURCES).flatMap(([file, text]) => [...text.matchAll(/<Table\s+id="([^"{]+)"/g)].map(([, id]) => `${id} in ${file}`));
  const ids = names.map((one) => one.split(" in ")[0]);
  expect(names.filter((one, place) => ids.indexOf(ids[place]) !== place)).toEqual([]);
});
