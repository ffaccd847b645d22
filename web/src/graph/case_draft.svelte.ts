/** The draft of a case's drawing: kept in the case database after each step. What is newer is never written over. */

import { answerOf, api, Failure, type Schemas } from "../lib/api";
import { Log } from "./log";
import type { GraphFile } from "./saved";
import type { Session } from "./session.svelte";

export type DraftLine = Schemas["DraftLine"];
export type DrawingLine = Schemas["Book"]["drawings"][number];

/** Milliseconds after the last step. */
export const REST = 1_500;
const NEWER = 409;

export class CaseDraft {
  name = $state("Drawing 1");
  /** The version that what is drawn was made from; 0: it is new. */
  version = $state(0);
  keptAt = $state("");
  /** Another tab, or somebody else, kept this draft meanwhile: nothing is kept until it is decided what goes on. */
  newer = $state.raw<DraftLine | null>(null);
  trouble = $state.raw<unknown>(null);
  drafts = $state.raw<DraftLine[]>([]);
  drawings = $state.raw<DrawingLine[]>([]);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private keptStep = 0;
  private keeping: Promise<void> = Promise.resolve();

  constructor(
    readonly of: string,
    private readonly session: Session,
  ) {}

  /** Which drafts and drawings there are. */
  async look(): Promise<void> {
    const path = { case: this.of };
    this.drafts = (await answerOf(api.GET("/api/v1/cases/{case}/drafts", { params: { path } }))).drafts;
    this.drawings = (await answerOf(api.GET("/api/v1/cases/{case}/book", { params: { path } }))).drawings;
  }

  /** From now on steps are kept: what was drawn up to here is no step of whoever looks. */
  begin(): void {
    this.keptStep = this.session.version;
  }

  /** A step was done: it is kept when there was no other for a moment. */
  stepped(): void {
    if (this.session.version === this.keptStep || this.newer) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keep(), REST);
  }

  /** Keep now what is not kept yet, after whatever is being kept. */
  keep(): Promise<void> {
    clearTimeout(this.timer);
    this.keeping = this.keeping.then(() => this.put());
    return this.keeping;
  }

  private async put(): Promise<void> {
    const step = this.session.version;
    if (step === this.keptStep || this.newer) return;
    try {
      const kept = await answerOf(
        api.PUT("/api/v1/cases/{case}/drafts/{name}", {
          params: { path: { case: this.of, name: this.name } },
          body: { follows: this.version, drawing: this.session.file() },
        }),
      );
      this.took(kept);
      this.keptStep = step;
      this.trouble = null;
    } catch (error) {
      await this.failed(error);
    }
  }

  private took(line: DraftLine): void {
    this.version = line.version;
    this.keptAt = line.kept_utc;
    this.drafts = [line, ...this.drafts.filter((one) => one.name !== line.name)];
  }

  private async failed(error: unknown): Promise<void> {
    this.trouble = error;
    if (!(error instanceof Failure) || error.status !== NEWER) return;
    try {
      await this.look();
    } catch (unseen) {
      this.trouble = unseen; // the next step asks anew
      return;
    }
    this.newer = this.drafts.find((one) => one.name === this.name) ?? null;
    if (this.newer) this.trouble = null;
  }

  /** Keep what is not kept yet, or fail: nothing takes the place of a step that is kept nowhere. */
  private async safe(): Promise<void> {
    await this.keep();
    if (this.newer || this.trouble) throw this.trouble ?? new Error("decide first with which version to go on");
  }

  /** Go on with a draft as it is kept. */
  async open(name: string): Promise<void> {
    await this.safe();
    await this.take(name);
  }

  /** Go on with this draft as it is kept: what is drawn here and kept nowhere goes. */
  async letGo(): Promise<void> {
    clearTimeout(this.timer);
    await this.keeping;
    await this.take(this.name);
  }

  private async take(name: string): Promise<void> {
    const { drawing, ...line } = await answerOf(
      api.GET("/api/v1/cases/{case}/drafts/{name}", { params: { path: { case: this.of, name } } }),
    );
    this.goOn(drawing as GraphFile, name);
    this.took(line);
  }

  /** Remove another draft, as it is listed here. */
  async remove(one: DraftLine): Promise<void> {
    const path = { case: this.of, name: one.name };
    const told = await answerOf(
      api.DELETE("/api/v1/cases/{case}/drafts/{name}", { params: { path, query: { version: one.version } } }),
    );
    this.drafts = told.drafts;
  }

  /** Go on from a drawing of the case, as a new draft: the drawing stays as it is. */
  async restore(number: number): Promise<void> {
    await this.safe();
    const found = await answerOf(
      api.GET("/api/v1/cases/{case}/drawings/{number}", { params: { path: { case: this.of, number } } }),
    );
    this.goOn(found.drawing as GraphFile, this.free(`${found.name} (${number})`));
  }

  async begun(): Promise<void> {
    await this.safe();
    this.goOn({ ...this.session.file(), bases: [], log: new Log().save() }, this.free("Drawing"));
  }

  private goOn(file: GraphFile, name: string): void {
    this.session.open(file);
    this.name = name;
    this.version = 0;
    this.keptAt = "";
    this.newer = this.trouble = null;
    this.begin();
  }

  /** What is drawn here goes on under a name of its own, beside what is newer. */
  async keepBeside(): Promise<void> {
    this.name = this.free(this.name);
    this.version = 0;
    this.newer = null;
    this.keptStep = 0;
    await this.keep();
  }

  /** Put what is drawn on the case, as an entry of its journal; gives back its number. */
  async putOnCase(note: string): Promise<number> {
    if (this.version === 0) this.keptStep = 0; // also what nobody changed since it was opened
    await this.safe();
    const told = await answerOf(
      api.POST("/api/v1/cases/{case}/drawings", {
        params: { path: { case: this.of } },
        body: { draft: this.name, version: this.version, note },
      }),
    );
    await this.look();
    return told.number ?? 0;
  }

  private free(wanted: string): string {
    return freeName(wanted, this.drafts.map((one) => one.name));
  }
}

/** A name that is not taken: the wanted one, or with the next number behind it. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const stem = wanted.replace(/ \d+$/, "").slice(0, 90);
  if (wanted.length <= 100 && wanted !== stem && !taken.includes(wanted)) return wanted;
  let number = 1;
  while (taken.includes(`${stem} ${number}`)) number += 1;
  return `${stem} ${number}`;
}

const known = new Map<string, CaseDraft>();

/** The draft that a case's page is at; it lives as long as its session. */
export function draftOf(name: string, session: Session): CaseDraft {
  const found = known.get(name) ?? new CaseDraft(name, session);
  known.set(name, found);
  return found;
}
