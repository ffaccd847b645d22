import { describe, expect, it } from "vitest";
import type { GraphNode, Item } from "./items";
import { Log } from "./log";

function node(id: string, x = 0): GraphNode {
  return {
    kind: "node", id, level: "transactions", concept: "coin", x, y: 0, name: id, lines: [id], sat: 1, time: null,
    certainty: "fact", claims: [], says: [], hidden: false, note: "", carried: null,
  };
}

const plain = (log: Log) => JSON.stringify([...log.items.entries()].sort());

describe("the log of a drawing", () => {
  it("goes back and forth over every step, whatever the steps were", () => {
    for (let seed = 1; seed < 60; seed++) {
      let state = seed;
      const next = (most: number) => (state = (state * 48271) % 2147483647) % most;
      const log = new Log();
      const states = [plain(log)];
      for (let step = 0; step < 30; step++) {
        const wanted: [string, Item | null][] = Array.from({ length: 1 + next(4) }, () => {
          const id = `n${next(8)}`;
          return [id, next(4) ? node(id, next(100)) : null];
        });
        if (log.put(`step ${step}`, wanted)) states.push(plain(log));
      }
      for (const wanted of states.slice(0, -1).reverse()) {
        expect(log.undo()).toBe(true);
        expect(plain(log)).toBe(wanted);
      }
      expect(log.undo()).toBe(false);
      for (const wanted of states.slice(1)) {
        expect(log.redo()).toBe(true);
        expect(plain(log)).toBe(wanted);
      }
      expect(log.redo()).toBe(false);
    }
  });

  it("forgets what was undone only when something else is done", () => {
    const log = new Log();
    log.put("a", [["a", node("a")]]);
    log.put("b", [["b", node("b")]]);
    log.undo();
    expect(log.redoes).toBe("b");
    expect(log.put("nothing", [["c", null]])).toBe(false);
    expect(log.redoes).toBe("b");
    log.put("c", [["c", node("c")]]);
    expect(log.redoes).toBe(null);
    expect([...log.items.keys()]).toEqual(["a", "c"]);
  });

  it("comes back from a file as it was, with what can be redone", () => {
    const log = new Log();
    log.put("a", [["a", node("a")]]);
    log.put("b", [["b", node("b")]]);
    log.undo();
    const back = Log.open(JSON.parse(JSON.stringify(log.save())));
    expect(plain(back)).toBe(plain(log));
    expect(back.redo()).toBe(true);
    expect([...back.items.keys()]).toEqual(["a", "b"]);
  });

  it("refuses what is no saved graph", () => {
    for (const wrong of [null, {}, { steps: [], done: 1 }, { steps: "x", done: 0 }]) {
      expect(() => Log.open(wrong as never)).toThrow();
    }
  });
});
