import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../lib/api";
import { CaseDraft, freeName, REST } from "./case_draft.svelte";
import { Session } from "./session.svelte";

/** A server that keeps one draft, and refuses what does not follow it. */
function serving() {
  const kept = { version: 0 };
  const line = () => ({ name: "Drawing 1", version: kept.version, kept_utc: "2024-01-01T14:02:00Z", by: "Ann", sha256: "", size: 1 });
  const put = vi.spyOn(api, "PUT").mockImplementation(((_: string, ask: { body: { follows: number } }) => {
    const fits = ask.body.follows === kept.version;
    if (fits) kept.version += 1;
    const response = new Response(null, { status: fits ? 200 : 409 });
    return Promise.resolve(fits ? { data: line(), response } : { error: { title: "newer" }, response });
  }) as never);
  vi.spyOn(api, "GET").mockImplementation(((path: string) =>
    Promise.resolve({ data: path.endsWith("/drafts") ? { drafts: [line()] } : { drawings: [] }, response: new Response() })) as never);
  return { kept, put };
}

function step(session: Session, title: string): void {
  session.put(title, [[title, { kind: "edge", id: title, level: "transactions", from: "a", to: "b", certainty: "fact", label: "", sat: 1, time: null, says: "", hidden: false }]]);
}

describe("the draft of a case", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("is kept once after steps that follow each other fast, and not for looking alone", async () => {
    const { put } = serving();
    const session = new Session("Case 1");
    const draft = new CaseDraft("one", session);
    step(session, "drawn by the page");
    draft.begin();
    draft.stepped();
    await vi.advanceTimersByTimeAsync(10 * REST);
    expect(put).not.toHaveBeenCalled();
    for (const title of ["a", "b", "c"]) {
      step(session, title);
      draft.stepped();
      await vi.advanceTimersByTimeAsync(REST / 2);
    }
    await vi.advanceTimersByTimeAsync(REST);
    expect(put).toHaveBeenCalledTimes(1);
    expect([draft.version, draft.keptAt]).toEqual([1, "2024-01-01T14:02:00Z"]);
  });

  it("is never written over what is newer: it waits until somebody chooses", async () => {
    const { kept, put } = serving();
    const session = new Session("Case 1");
    const draft = new CaseDraft("one", session);
    kept.version = 3; // another tab was faster
    step(session, "mine");
    await draft.keep();
    expect(draft.newer?.version).toBe(3);
    step(session, "mine too");
    draft.stepped();
    await vi.advanceTimersByTimeAsync(10 * REST);
    expect(put).toHaveBeenCalledTimes(1);
    kept.version = 0; // a new name begins anew
    await draft.keepBeside();
    expect([draft.name, draft.newer, draft.version]).toEqual(["Drawing 2", null, 1]);
  });

  it("keeps again after a failure, with the next step", async () => {
    const { put } = serving();
    put.mockImplementationOnce((() => Promise.reject(new TypeError("no network"))) as never);
    const session = new Session("Case 1");
    const draft = new CaseDraft("one", session);
    step(session, "mine");
    await draft.keep();
    expect(draft.trouble).not.toBe(null);
    await draft.keep();
    expect([draft.trouble, draft.version]).toEqual([null, 1]);
  });

  it("gives no place to another drawing while a step is kept nowhere, unless somebody lets it go", async () => {
    const { kept } = serving();
    const session = new Session("Case 1");
    const draft = new CaseDraft("one", session);
    kept.version = 3; // another tab was faster
    step(session, "mine");
    await expect(draft.begun()).rejects.toThrow("decide first");
    await expect(draft.restore(1)).rejects.toThrow("decide first");
    await expect(draft.open("Drawing 2")).rejects.toThrow("decide first");
    expect([session.items.size, draft.newer?.version]).toEqual([1, 3]);
  });

  it("keeps again after the server did not even say what is newer", async () => {
    const { kept } = serving();
    const session = new Session("Case 1");
    const draft = new CaseDraft("one", session);
    kept.version = 3;
    vi.mocked(api.GET).mockImplementationOnce((() => Promise.reject(new TypeError("no network"))) as never);
    step(session, "mine");
    await draft.keep();
    expect([draft.trouble === null, draft.newer]).toEqual([false, null]);
    await draft.keep();
    expect([draft.trouble, draft.newer?.version]).toEqual([null, 3]);
  });
});

describe("names of drafts", () => {
  it("are the wanted ones, or have the next number behind them", () => {
    expect(freeName("Drawing", [])).toBe("Drawing 1");
    expect(freeName("Drawing 1", ["Drawing 1", "Drawing 2"])).toBe("Drawing 3");
    expect(freeName("Drawing 4 (2)", ["Drawing 4 (2) 1"])).toBe("Drawing 4 (2) 2");
  });
});
