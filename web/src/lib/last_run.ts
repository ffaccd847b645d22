/** The run of a case that its page shows at once: one that goes on, or one that failed after the last that did not. */
import { ended, type Job } from "./jobs.svelte";

/** Of jobs from the newest on; `made` is when the last finished run was written. */
export function runToShow(jobs: Job[], made: string | null): Job | null {
  const newest = jobs.find((job) => job.kind === "case_run");
  if (!newest || (ended(newest) && newest.state !== "failed")) return null;
  const past = newest.state === "failed" && made !== null && (newest.ended_utc ?? "") < made;
  return past ? null : newest;
}
