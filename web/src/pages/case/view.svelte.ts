/** A case as this page knows it: its line in the list, what is kept of it, and its last run. */
import { answerOf, api, Failure, type Schemas } from "../../lib/api";
import { sawCase, seenOf } from "../../lib/settings.svelte";
import { current } from "../../lib/visited.svelte";

export class CaseView {
  line = $state.raw<Schemas["CaseLine"] | null>(null);
  book = $state.raw<Schemas["Book"] | null>(null);
  summary = $state.raw<Record<string, unknown> | null>(null);
  trouble = $state<unknown>(null);
  /** The newest entry that was seen here before this visit; null on the first one. */
  readonly since: number | null;

  /** The newest entry when this visit began: what comes after it was made during the visit. */
  until = 0;

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
      const { cases } = await answerOf(api.GET("/api/v1/cases"));
      const line = cases.find((one) => one.name === this.name);
      if (!line) throw new Failure(404, "There is no such case", `No case here is called ${this.name}.`, "The start lists them.");
      const [book, told] = await Promise.all([
        line.kept ? answerOf(api.GET("/api/v1/cases/{case}/book", { params: { path } })) : null,
        line.run ? answerOf(api.GET("/api/v1/cases/{case}", { params: { path } })) : null,
      ]);
      if (book) {
        current.case = this.name;
        this.until ||= book.entries;
        sawCase(this.name, book.entries);
      }
      this.line = line;
      this.book = book;
      this.summary = told?.summary ?? null;
      this.trouble = null;
    } catch (error) {
      this.trouble = error;
    }
  }
}
