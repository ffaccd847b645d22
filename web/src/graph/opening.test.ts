/** Another drawing takes the place of what is drawn: nothing that was drawn is lost by that, and nothing kept is written over. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../lib/api";
import { CaseDraft } from "./case_draft.svelte";
import type { GraphFile } from "./saved";
import { Session } from "./session.svelte";

interface Kept {
  version: number;
  drawing: GraphFile;
}

function step(session: Session, title: string): void {
  session.put(title, [[title, { kind: "edge", id: title, level: "transactions", from: "a", to: "b", certainty: "fact", label: "", sat: 1, time: null, says: "", hidden: false }]]);
}

function drawingOf(title: string): GraphFile {
  const session = new Session("Case 1");
  step(session, title);
  return JSON.parse(JSON.stringify(session.file())) as GraphFile;
}

const line = (name: string, one: Kept) => ({ name, version: one.version, kept_utc: "2024-01-01T14:02:00Z", by: "Ann", sha256: "", size: 1 });
const answered = (data: unknown) => ({ data, response: new Response() });
const refused = (status: number) => ({ error: { title: "refused", detail: `${status}` }, response: new Response(null, { status }) });

/** A server with drafts, and a drawing on the case. `meanwhile` happens before it gives a drawing or takes one. */
function serving(...names: string[]) {
  const drafts = new Map(names.map((name): [string, Kept] => [name, { version: 1, drawing: drawingOf(`of ${name}`) }]));
  const meanwhile = { giving: () => Promise.resolve(), taking: () => Promise.resolve() };
  const lines = () => [...drafts].map(([name, one]) => line(name, one));
  vi.spyOn(api, "PUT").mockImplementation((async (_: string, ask: { params: { path: { name: string } }; body: { follows: number; drawing: GraphFile } }) => {
    const { name } = ask.params.path;
    const drawing = JSON.parse(JSON.stringify(ask.body.drawing)) as GraphFile;
    await meanwhile.taking();
    if ((drafts.get(name)?.version ?? 0) !== ask.body.follows) return refused(409);
    const next = { version: ask.body.follows + 1, drawing };
    drafts.set(name, next);
    return answered(line(name, next));
  }) as never);
  vi.spyOn(api, "GET").mockImplementation((async (path: string, ask: { params: { path: { name?: string } } }) => {
    if (path.endsWith("/drafts")) return answered({ drafts: lines() });
    if (path.endsWith("/book")) return answered({ drawings: [] });
    await meanwhile.giving();
    if (path.endsWith("/drawings/{number}")) return answered({ name: "Put", drawing: drawingOf("on the case") });
    const found = drafts.get(ask.params.path.name ?? "");
    return found ? answered({ ...line(ask.params.path.name ?? "", found), drawing: found.drawing }) : refused(404);
  }) as never);
  vi.spyOn(api, "POST").mockImplementation(((_: string, { body }: { body: { draft: string; version: number } }) => {
    const found = drafts.get(body.draft);
    return Promise.resolve(found?.version === body.version ? answered({ number: 1 }) : refused(found ? 409 : 404));
  }) as never);
  return { drafts, meanwhile };
}

/** What is drawn, and in a draft, by the titles of its steps. */
const drawn = (session: Session) => [...session.items.keys()];
const stepsOf = (one: Kept | undefined) => one?.drawing.log.steps.map((step) => step.title);

async function opened(name: string): Promise<{ session: Session; draft: CaseDraft }> {
  const session = new Session("Case 1");
  const draft = new CaseDraft("one", session);
  await draft.look();
  await draft.open(name);
  return { session, draft };
}

describe("opening a draft", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  for (const [what, open] of [
    ["another draft", (draft: CaseDraft) => draft.open("B")],
    ["a drawing of the case", (draft: CaseDraft) => draft.restore(1)],
  ] as const) {
    it(`keeps first the steps that are made while ${what} comes`, async () => {
      const { drafts, meanwhile } = serving("A", "B");
      const { session, draft } = await opened("A");
      step(session, "before");
      meanwhile.giving = () => Promise.resolve(step(session, "meanwhile"));
      await open(draft);
      expect(stepsOf(drafts.get("A"))).toEqual(["of A", "before", "meanwhile"]);
      expect(drawn(session)).not.toContain("meanwhile");
    });
  }

  it("keeps first what is made even while a step is being kept", async () => {
    const { drafts, meanwhile } = serving("A", "B");
    const { session, draft } = await opened("A");
    step(session, "before");
    meanwhile.taking = () => {
      meanwhile.taking = () => Promise.resolve();
      return Promise.resolve(step(session, "meanwhile"));
    };
    await draft.begun();
    expect(stepsOf(drafts.get("A"))).toEqual(["of A", "before", "meanwhile"]);
  });

  it("lets nothing else be asked for until it is there, and waits for what is being asked for", async () => {
    const { meanwhile } = serving("A", "B");
    const { session, draft } = await opened("A");
    meanwhile.giving = async () => {
      expect(session.busy).not.toBe("");
      await session.run("Drawing…", () => Promise.resolve(step(session, "by the server")));
    };
    await draft.open("B");
    expect([drawn(session), session.busy]).toEqual([["of B"], ""]);
    await session.run("Drawing…", () => expect(draft.open("A")).rejects.toThrow("wait a moment: Drawing"));
    expect([draft.name, drawn(session)]).toEqual(["B", ["of B"]]);
  });

  it("takes no answer about one draft for the version of another", async () => {
    const { drafts, meanwhile } = serving("A");
    const { session, draft } = await opened("A");
    step(session, "mine");
    meanwhile.taking = () => Promise.resolve(void (draft.name = "B"));
    await draft.keep();
    expect([stepsOf(drafts.get("A")), draft.version, draft.drafts.map((one) => one.version)]).toEqual([["of A", "mine"], 1, [2]]);
  });
});

describe("a saved file", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("is opened on a kept case as a draft of its own, after the draft at work was kept", async () => {
    const { drafts } = serving("Drawing 1");
    const { session, draft } = await opened("Drawing 1");
    session.opener = (saved) => draft.openFile(saved);
    step(session, "mine");
    await session.openFile(drawingOf("of the file"));
    expect([stepsOf(drafts.get("Drawing 1")), stepsOf(drafts.get("Drawing 2"))]).toEqual([["of Drawing 1", "mine"], ["of the file"]]);
    expect([draft.name, draft.version, drawn(session)]).toEqual(["Drawing 2", 1, ["of the file"]]);
  });

  it("takes no place while a step is kept nowhere", async () => {
    const { drafts } = serving("Drawing 1");
    const { session, draft } = await opened("Drawing 1");
    session.opener = (saved) => draft.openFile(saved);
    drafts.set("Drawing 1", { version: 5, drawing: drawingOf("of another tab") });
    step(session, "mine");
    await expect(session.openFile(drawingOf("of the file"))).rejects.toThrow("decide first");
    expect(drawn(session)).toEqual(["of Drawing 1", "mine"]);
  });

  it("that is no drawing changes nothing, on a case or beside one", async () => {
    serving("Drawing 1");
    const { session, draft } = await opened("Drawing 1");
    const damaged = drawingOf("of the file");
    Object.assign(damaged.log.steps[0]?.changes[0]?.after ?? {}, { level: "deeper" });
    const wrong: unknown[] = [null, [], {}, { ...drawingOf("x"), version: 2 }, { ...drawingOf("x"), bases: null }, damaged, { ...drawingOf("x"), log: { steps: [], done: 1 } }];
    for (const one of wrong) {
      await expect((async () => draft.openFile(one))()).rejects.toThrow("this");
      await expect(session.openFile(one)).rejects.toThrow("this");
    }
    expect([draft.name, draft.version, drawn(session), session.undoes]).toEqual(["Drawing 1", 1, ["of Drawing 1"], "of Drawing 1"]);
  });

  it("opens beside any case with every step of it, to be undone", async () => {
    const session = new Session("a graph");
    await session.openFile(drawingOf("of the file"));
    expect([drawn(session), session.undoes, session.busy]).toEqual([["of the file"], "of the file", ""]);
  });
});

describe("a draft that was removed elsewhere", () => {
  afterEach(() => void vi.restoreAllMocks());

  const gone = async () => {
    const { drafts } = serving("Drawing 1", "B");
    const { session, draft } = await opened("Drawing 1");
    drafts.delete("Drawing 1");
    step(session, "mine");
    return { drafts, session, draft };
  };

  it("is kept again under its name when somebody says so, and not before", async () => {
    const { drafts, session, draft } = await gone();
    await draft.keep();
    expect([draft.removed, draft.trouble, drafts.has("Drawing 1")]).toEqual([true, null, false]);
    await expect(draft.open("B")).rejects.toThrow("decide first");
    await draft.keepAgain();
    expect([draft.removed, draft.version, stepsOf(drafts.get("Drawing 1"))]).toEqual([false, 1, ["of Drawing 1", "mine"]]);
    step(session, "more");
    await draft.keep();
    expect([draft.trouble, draft.version]).toEqual([null, 2]);
  });

  it("can go, for a new drawing", async () => {
    const { drafts, session, draft } = await gone();
    await draft.keep();
    await draft.letGo();
    expect([draft.removed, draft.name, draft.version, drawn(session), [...drafts.keys()]]).toEqual([false, "Drawing 1", 0, [], ["B"]]);
  });

  it("says so also when it is put on the case unchanged", async () => {
    const { drafts } = serving("Drawing 1");
    const { draft } = await opened("Drawing 1");
    drafts.delete("Drawing 1");
    await expect(draft.putOnCase("")).rejects.toThrow("decide first");
    expect([draft.removed, draft.trouble]).toEqual([true, null]);
    await draft.keepAgain();
    expect(await draft.putOnCase("")).toBe(1);
  });
});
