/** Every step of a drawing as the changes that it made: undo, redo, autosave and history are one thing. */

import type { Item, Items } from "./items";

export interface Change {
  id: string;
  before: Item | null;
  after: Item | null;
}

export interface Step {
  title: string;
  at: string;
  changes: Change[];
}

export interface Saved {
  steps: Step[];
  done: number;
}

export class Log {
  private readonly all = new Map<string, Item>();
  private steps: Step[] = [];
  private done = 0;

  get items(): Items {
    return this.all;
  }

  get history(): readonly Step[] {
    return this.steps.slice(0, this.done);
  }

  get undoes(): string | null {
    return this.steps[this.done - 1]?.title ?? null;
  }

  get redoes(): string | null {
    return this.steps[this.done]?.title ?? null;
  }

  /** Put items in place, or take away those that are null. What changes nothing is no step. */
  put(title: string, wanted: Iterable<readonly [string, Item | null]>, at = new Date().toISOString()): boolean {
    const changes: Change[] = [];
    const latest = new Map(wanted);
    for (const [id, after] of latest) {
      const before = this.all.get(id) ?? null;
      if (before !== after) changes.push({ id, before, after });
    }
    if (!changes.length) return false;
    this.steps = [...this.steps.slice(0, this.done), { title, at, changes }];
    this.done += 1;
    this.apply(changes, "after");
    return true;
  }

  undo(): boolean {
    const step = this.steps[this.done - 1];
    if (!step) return false;
    this.apply(step.changes, "before");
    this.done -= 1;
    return true;
  }

  redo(): boolean {
    const step = this.steps[this.done];
    if (!step) return false;
    this.apply(step.changes, "after");
    this.done += 1;
    return true;
  }

  save(): Saved {
    return { steps: this.steps, done: this.done };
  }

  /** A log that was saved. Throws where it is none. */
  static open(saved: Saved): Log {
    if (!Array.isArray(saved?.steps) || !Number.isInteger(saved.done)) throw new Error("this is no saved graph");
    if (saved.done < 0 || saved.done > saved.steps.length) throw new Error("this saved graph is damaged");
    const log = new Log();
    log.steps = saved.steps;
    for (const step of saved.steps.slice(0, saved.done)) log.apply(step.changes, "after");
    log.done = saved.done;
    return log;
  }

  private apply(changes: Change[], to: "before" | "after"): void {
    for (const change of changes) {
      const item = change[to];
      if (item === null) this.all.delete(change.id);
      else this.all.set(change.id, item);
    }
  }
}
