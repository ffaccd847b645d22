/** The draft of a case's drawing: kept in the case database after each step. What is newer is never written over. */

import { answerOf, api, Failure, type Schemas } from "../lib/api";
import { Log } from "./log";
import { asDrawing, type GraphFile } from "./saved";
import type { Session } from "./session.svelte";

export type DraftLine = Schemas["DraftLine"];
export type DrawingLine = Schemas["Book"]["drawings"][number];

/** Milliseconds after the last step. */
export const REST = 1_500;
const DECIDE = "decide first with which version to go on";

/** Another version is kept by now, or none. */
const isOther = (error: unknown): boolean => error instanceof Failure && (error.status === 409 || error.status === 404);

export class CaseDraft {
  name = $state("Drawing 1");
  /** The version that what is drawn was made from; 0: it is new. */
  version = $state(0);
  keptAt = $state("");
  /** Another tab, or somebody else, kept this draft meanwhile: nothing is kept until it is decided what goes on. */
  newer = $state.raw<DraftLine | null>(null);
  /** It was removed meanwhile, elsewhere: the same. */
  removed = $state(false);
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
    if (this.session.version === this.keptStep || this.undecided) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keep(), REST);
  }

  private get undecided(): boolean {
    return this.newer !== null || this.removed;
  }

  /** Keep now what is not kept yet, after whatever is being kept. */
  keep(): Promise<void> {
    clearTimeout(this.timer);
    this.keeping = this.keeping.then(() => this.put());
    return this.keeping;
  }

  private async put(): Promise<void> {
    const { name, version } = this;
    const step = this.session.version;
    if (step === this.keptStep || this.undecided) return;
    try {
      const kept = await answerOf(
        api.PUT("/api/v1/cases/{case}/drafts/{name}", {
          params: { path: { case: this.of, name } },
          body: { follows: version, drawing: this.session.file() },
        }),
      );
      this.list(kept);
      if (name !== this.name) return; // another draft is open by now
      this.took(kept);
      this.keptStep = step;
      this.trouble = null;
    } catch (error) {
      if (name === this.name) await this.failed(error);
    }
  }

  private took(line: DraftLine): void {
    this.version = line.version;
    this.keptAt = line.kept_utc;
    this.list(line);
  }

  private list(line: DraftLine): void {
    this.drafts = [line, ...this.drafts.filter((one) => one.name !== line.name)];
  }

  private async failed(error: unknown): Promise<void> {
    this.trouble = error;
    if (!isOther(error)) return;
    try {
      await this.compare();
    } catch (unseen) {
      this.trouble = unseen; // the next step asks anew
      return;
    }
    if (this.undecided) this.trouble = null;
  }

  /** Whether the server has what this follows; if not, it is to be decided what goes on. */
  private async compare(): Promise<void> {
    await this.look();
    const there = this.drafts.find((one) => one.name === this.name);
    this.newer = there && there.version !== this.version ? there : null;
    this.removed = !there && this.version > 0;
  }

  /** Keep what is not kept yet, or fail: nothing takes the place of a step that is kept nowhere. */
  private async safe(): Promise<void> {
    do {
      await this.keep();
      if (this.undecided || this.trouble) throw this.trouble ?? new Error(DECIDE);
    } while (this.session.version !== this.keptStep); // steps that were done meanwhile
  }

  /** Go on with a draft as it is kept. */
  open(name: string): Promise<void> {
    return this.session.alone("Opening the draft…", async () => {
      await this.safe();
      const kept = await this.read(name);
      await this.safe();
      this.take(kept);
    });
  }

  /** Go on with this draft as it is kept: what is drawn here and kept nowhere goes. Where it is kept no more, with nothing. */
  letGo(): Promise<void> {
    return this.session.alone("Opening the draft…", async () => {
      const kept = this.removed ? null : await this.read(this.name);
      clearTimeout(this.timer);
      await this.keeping;
      if (kept) this.take(kept);
      else this.goOn(this.blank(), this.free("Drawing"));
    });
  }

  private read(name: string): Promise<Schemas["Draft"]> {
    return answerOf(api.GET("/api/v1/cases/{case}/drafts/{name}", { params: { path: { case: this.of, name } } }));
  }

  private take({ drawing, ...line }: Schemas["Draft"]): void {
    this.goOn(drawing, line.name);
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
  restore(number: number): Promise<void> {
    return this.session.alone("Opening the drawing…", async () => {
      await this.safe();
      const path = { case: this.of, number };
      const found = await answerOf(api.GET("/api/v1/cases/{case}/drawings/{number}", { params: { path } }));
      await this.safe();
      this.goOn(found.drawing, this.free(`${found.name} (${number})`));
    });
  }

  begun(): Promise<void> {
    return this.session.alone("A new drawing…", async () => {
      await this.safe();
      this.goOn(this.blank(), this.free("Drawing"));
    });
  }

  /** Go on from a file, as a new draft: what was drawn here stays as it is kept. */
  openFile(saved: unknown): Promise<void> {
    const file = asDrawing(saved);
    return this.session.alone("Opening the file…", async () => {
      await this.safe();
      this.goOn(file, this.free("Drawing"));
      await this.keepAll();
    });
  }

  private blank(): GraphFile {
    return { ...this.session.file(), bases: [], log: new Log().save() };
  }

  private goOn(drawing: unknown, name: string): void {
    this.session.open(drawing);
    clearTimeout(this.timer);
    this.name = name;
    this.version = 0;
    this.keptAt = "";
    this.newer = this.trouble = null;
    this.removed = false;
    this.begin();
  }

  /** What is drawn here goes on under a name of its own, beside what is newer. */
  async keepBeside(): Promise<void> {
    this.name = this.free(this.name);
    await this.keepAnew();
  }

  /** What is drawn here is kept again under its name, which was removed. */
  keepAgain(): Promise<void> {
    return this.keepAnew();
  }

  private async keepAnew(): Promise<void> {
    this.version = 0;
    this.newer = null;
    this.removed = false;
    await this.keepAll();
  }

  /** Keep also what nobody changed since it was opened. */
  private async keepAll(): Promise<void> {
    this.keptStep = 0;
    await this.keep();
  }

  /** Put what is drawn on the case, as an entry of its journal; gives back its number. */
  async putOnCase(note: string): Promise<number> {
    if (this.version === 0) this.keptStep = 0; // also what nobody changed since it was opened
    await this.safe();
    const body = { draft: this.name, version: this.version, note };
    const asked = answerOf(api.POST("/api/v1/cases/{case}/drawings", { params: { path: { case: this.of } }, body }));
    const told = await asked.catch(async (error: unknown) => {
      if (isOther(error)) await this.compare();
      throw this.undecided ? new Error(DECIDE) : error;
    });
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
