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

/** Stop reasons that a wider bound would have passed, and which one. */
export const CUT: Record<string, "max_hops" | "max_outputs" | "seconds" | "min_share_ppm" | "min_value_sat"> = {
  hop_limit: "max_hops",
  output_limit: "max_outputs",
  time_limit: "seconds",
  small_share: "min_share_ppm",
  dust: "min_value_sat",
};

export const words = (id: string) => id.replace(/_/g, " ");
