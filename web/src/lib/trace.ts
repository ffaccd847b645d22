/** What a trace may be asked for, in the words of the page. */
import type { Schemas } from "./api";

export type Policy = Schemas["Policy"];

export const POLICIES: Record<Policy, string> = {
  fifo: "first in, first out: what came in first goes out first",
  lifo: "last in, first out",
  haircut: "each output carries its share of what came in",
  tiho: "taint in, highest out: the largest output first",
  tilo: "taint in, lowest out: the smallest output first",
  payment_first: "into the payment before the change",
  change_first: "into the change before the payment",
  poison: "whatever it touches counts whole: sums say nothing",
};

/** What was asked, as the address of the page keeps it: who loads it anew, or gets it, sees the same. */
export interface Asked {
  from: string;
  direction: "forward" | "backward";
  policies: Policy[];
  hops: number;
  outputs: number;
  dust: number;
  /** In percent. */
  share: number;
  seconds: number;
}

export const UNASKED: Asked = { from: "", direction: "forward", policies: [], hops: 1_000, outputs: 100_000, dust: 0, share: 0, seconds: 20 };

/** Read from texts by name; what is missing or is no such thing is as at first. */
export function askedOf(kept: (name: string) => string | null): Asked {
  const number = (name: keyof Asked, at: number) => (/^\d+(\.\d+)?$/.test(kept(name) ?? "") ? Number(kept(name)) : at);
  return {
    from: kept("from") ?? UNASKED.from,
    direction: kept("direction") === "backward" ? "backward" : "forward",
    policies: (kept("policies") ?? "").split(" ").filter((one): one is Policy => Object.hasOwn(POLICIES, one)),
    hops: number("hops", UNASKED.hops),
    outputs: number("outputs", UNASKED.outputs),
    dust: number("dust", UNASKED.dust),
    share: number("share", UNASKED.share),
    seconds: number("seconds", UNASKED.seconds),
  };
}

/** The same as texts by name; null where it is as at first. */
export function textsOf(asked: Asked): Record<keyof Asked, string | null> {
  const number = (name: "hops" | "outputs" | "dust" | "share" | "seconds") => (asked[name] === UNASKED[name] ? null : String(asked[name]));
  return {
    from: asked.from || null,
    direction: asked.direction,
    policies: asked.policies.join(" ") || null,
    hops: number("hops"),
    outputs: number("outputs"),
    dust: number("dust"),
    share: number("share"),
    seconds: number("seconds"),
  };
}

/** Stop reasons of branches that a wider bound would have passed, and which one. */
export const CUT: Record<string, "max_hops" | "min_share_ppm" | "min_value_sat"> = {
  hop_limit: "max_hops",
  small_share: "min_share_ppm",
  dust: "min_value_sat",
};

const SHORT = new Set(["fifo", "lifo", "tiho", "tilo"]);

/** A policy or a stop reason as one reads it: `payment first`, `FIFO`. */
export const words = (id: string) => (SHORT.has(id) ? id.toUpperCase() : id.replace(/_/g, " "));
