import { expect, it } from "vitest";
import { runToShow } from "./last_run";
import type { Job } from "./jobs.svelte";

const job = (kind: string, state: string, ended_utc: string | null = null) => ({ kind, state, ended_utc }) as Job;

it("a run that goes on is shown, and one that failed until a later run did not", () => {
  const failed = job("case_run", "failed", "2026-11-28T13:00:00Z");
  expect(runToShow([job("report", "failed"), job("case_run", "running"), failed], null)?.state).toBe("running");
  expect(runToShow([failed], "2026-11-28T12:00:00Z")).toBe(failed);
  expect(runToShow([failed], null)).toBe(failed);
  expect(runToShow([failed], "2026-11-28T13:00:01Z")).toBeNull();
  expect(runToShow([job("case_run", "done"), failed], "2026-11-28T12:00:00Z")).toBeNull();
});
