/** Which rows of a table are chosen, by their keys: what takes the place of a row under its key is chosen as it was. */
import { SvelteSet } from "svelte/reactivity";

export class Picked<Row> {
  private readonly keys = new SvelteSet<unknown>();
  private last = 0;

  constructor(private readonly keyOf: (row: Row) => unknown) {}

  get size(): number {
    return this.keys.size;
  }

  has(row: Row): boolean {
    return this.keys.has(this.keyOf(row));
  }

  /** Choose a row of a list or leave it, and with it all from the last one on. */
  turn(list: Row[], at: number, along: boolean): void {
    const row = list[at];
    if (row === undefined) return;
    const on = !this.has(row);
    const [from, to] = along ? [Math.min(at, this.last), Math.max(at, this.last)] : [at, at];
    for (const one of list.slice(from, to + 1)) {
      if (on) this.keys.add(this.keyOf(one));
      else this.keys.delete(this.keyOf(one));
    }
    this.last = at;
  }

  /** Forget what is no longer there. */
  keep(rows: Row[]): void {
    if (!this.keys.size) return;
    const there = new Set(rows.map(this.keyOf));
    for (const key of this.keys) if (!there.has(key)) this.keys.delete(key);
  }

  clear(): void {
    this.keys.clear();
  }
}
