/** What is new on a case since it was last looked at in this browser. Pure: what was seen and what is, into words. */
import type { Schemas } from "./api";
import type { Seen, SeenRun } from "./seen";
import { count } from "./words";

export function seenNow(line: Schemas["CaseLine"]): Seen {
  const { entries, run } = line;
  if (!run) return { entries, run: null };
  const { basis_digest, tags_digest, tip_height, payments } = run;
  return { entries, run: { basis_digest, tags_digest, tip_height, payments } };
}

/** How the last run differs from the one that was seen, in sentences; none where it does not. */
export function runNews(seen: SeenRun | null, now: Schemas["RunLine"] | null): string[] {
  if (!now || seen?.basis_digest === now.basis_digest) return [];
  if (!seen) return [`the case was run: ${payments(now.payments)} up to block ${count(now.tip_height)}`];
  const told = [];
  const more = now.payments - seen.payments;
  if (more) told.push(`${payments(Math.abs(more))} ${more > 0 ? "more" : "fewer"} than before: ${count(now.payments)} now`);
  if (now.tip_height !== seen.tip_height) {
    told.push(`the run goes up to block ${count(now.tip_height)}, where it ended at ${count(seen.tip_height)}`);
  }
  if (now.tags_digest !== seen.tags_digest) told.push("it was run with other tags");
  return told.length ? told : ["it was run anew on another basis: other terms, seeds, judgements, prices or rules"];
}

/** How many entries came to a journal. */
export function newEntries(seen: Seen, line: Schemas["CaseLine"]): number {
  return line.entries === null || seen.entries === null ? 0 : Math.max(0, line.entries - seen.entries);
}

/** As many entries as are told one by one. */
export const MOST_TOLD = 5;

/** The number of the entry after which the newest stand that came, as many as are told one by one. */
export function newestAfter(seen: Seen, line: Schemas["CaseLine"]): number {
  return (line.entries ?? 0) - Math.min(newEntries(seen, line), MOST_TOLD);
}

const payments = (number: number) => `${count(number)} ${number === 1 ? "payment" : "payments"}`;
