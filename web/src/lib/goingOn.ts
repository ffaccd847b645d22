/** How far a walk that a bound ended may go on, and how far it went, in the words of the page. */
import type { Schemas } from "./api";
import { words } from "./trace";
import { count, counted } from "./words";

type Trace = Schemas["TraceViewListing"];
type Peel = Schemas["PeelView"];

/** The server's own most, of one trace and of one peel. */
const MOST_OUTPUTS = 1_000_000;
const MOST_HOPS = 10_000;
const MOST_CHAINS = 100;

/** What the next step is by, where nobody says: each bound that was met doubles. */
export function traceMore(told: Trace): string {
  const { max_outputs: most, seconds } = told.bounds;
  const met = told.runs.some((run) => run.cut === "output_limit");
  const more = met ? Math.min(most, MOST_OUTPUTS - most) : 0;
  return more ? `by up to ${counted(more, "more output")}` : `for up to ${counted(seconds ?? 0, "more second")} by each policy`;
}

/** Why a trace that a bound ended cannot go on here; empty where it can, or came to its own end. */
export function traceAtMost(told: Trace): string {
  if (told.resume !== null || told.runs.every((run) => run.cut === null)) return "";
  return `This server follows a trace to no more than ${count(MOST_OUTPUTS)} outputs; the command line goes further.`;
}

/** Whether time ended a trace before it was as far again: the server refuses such an answer, and none replaces one. */
export function traceIsShorter(before: Trace, now: Trace): boolean {
  return now.runs.some((run, at) => run.cut === "time_limit" && run.outputs < (before.runs[at]?.outputs ?? 0));
}

/** The same of peel chains. */
export function peelIsShorter(before: Peel, now: Peel): boolean {
  const less = hopsOf(now) < hopsOf(before) || now.chains.length < before.chains.length;
  return less && now.chains.some((chain) => chain.stop === "time_limit");
}

export const SHORTER = "Time ended it before it was as far again as it had been, so what was found before stays.";

export function traceWentOn(before: Trace, now: Trace): string {
  const came = now.runs.map((run, at) => {
    const more = run.outputs - (before.runs[at]?.outputs ?? 0);
    if (more < 0) return `${words(run.policy)} ends at deposit addresses that were recognised on the way, with ${counted(-more, "output")} less`;
    return `${words(run.policy)} by ${counted(more, "output")}, ${run.cut ? `again ended by the ${words(run.cut)}` : "to its own ends"}`;
  });
  return `Went on: ${came.join("; ")}.`;
}

/** What a bound left of peel chains; empty where nothing. */
export function peelLeft(told: Peel): string {
  const cut = told.chains.filter((chain) => chain.stop === "hop_limit" || chain.stop === "time_limit").length;
  const left = told.branches_left;
  const says = [
    ...(cut ? [`A bound on hops or time ended ${counted(cut, "chain")}.`] : []),
    ...(left ? [left === 1 ? "1 branch was not followed." : `${count(left)} branches were not followed.`] : []),
  ];
  return says.join(" ");
}

/** The bounds that peel chains were followed to. */
export function peelBounds(told: Peel): { max_hops: number; max_chains: number; seconds: number } {
  return told.settings as ReturnType<typeof peelBounds>;
}

export function peelMore(told: Peel): string {
  const { max_hops: hops, max_chains: chains, seconds } = peelBounds(told);
  const met = told.chains.some((chain) => chain.stop === "hop_limit");
  const more = [
    ...(met ? [`${counted(Math.min(Math.max(hops, 1), MOST_HOPS - hops), "more hop")} a chain`] : []),
    ...(told.branches_left && chains < MOST_CHAINS ? [counted(Math.min(chains, MOST_CHAINS - chains), "more chain")] : []),
  ];
  return more.length ? `by up to ${more.join(" and ")}` : `for up to ${counted(seconds, "more second")}`;
}

const hopsOf = (told: Peel) => told.chains.reduce((sum, chain) => sum + chain.hops, 0);

export function peelWentOn(before: Peel, now: Peel): string {
  const chains = now.chains.length - before.chains.length;
  const rest = peelLeft(now);
  return `Went on by ${counted(hopsOf(now) - hopsOf(before), "hop")} and ${counted(chains, "chain")}.${rest ? ` ${rest}` : " Nothing is left."}`;
}
