/** A case as this page knows it: its line in the list, what is kept of it, and its last run. */
import { answerOf, api, Failure, type Schemas } from "../../lib/api";
import { everyCase } from "../../lib/every";
import { seenNow } from "../../lib/news";
import type { Seen } from "../../lib/seen";
import { sawCase, seenOf } from "../../lib/settings.svelte";
import { current } from "../../lib/visited.svelte";

export class CaseView {
  line = $state.raw<Schemas["CaseLine"] | null>(null);
  book = $state.raw<Schemas["Book"] | null>(null);
  summary = $state.raw<Record<string, unknown> | null>(null);
  /** How the case differs now from what its run rests on, in the server's sentences. */
  changed = $state.raw<string[]>([]);
  trouble = $state<unknown>(null);
  /** What was seen here before this visit; null on the first one. */
  readonly since: Seen | null;

  /** How it stood when this visit began: what comes after that was made during the visit. */
  first = $state.raw<Schemas["CaseLine"] | null>(null);

  constructor(readonly name: string) {
    this.since = seenOf(name);
    void this.load();
  }

  get reference(): string {
    return this.line?.reference ?? this.name;
  }

  /** Ask for it anew, as after something was put on it. */
  async load(): Promise<void> {
    const path = { case: this.name };
    try {
      const line = (await everyCase()).find((one) => one.name === this.name);
      if (!line) throw new Failure(404, "There is no such case", `No case here is called ${this.name}.`, "The start lists them.");
      const [book, told] = await Promise.all([
        line.kept ? answerOf(api.GET("/api/v1/cases/{case}/book", { params: { path } })) : null,
        line.run ? answerOf(api.GET("/api/v1/cases/{case}", { params: { path } })) : null,
      ]);
      if (book) current.case = this.name;
      this.first ??= line;
      sawCase(this.name, seenNow(line));
      this.line = line;
      this.book = book;
      this.summary = told?.summary ?? null;
      this.changed = told?.changed ?? [];
      this.trouble = null;
    } catch (error) {
      this.trouble = error;
    }
  }
}
