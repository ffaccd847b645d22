/** How columns of a case are headed, and of which part of a lead a bound is. */

const HEADS: Record<string, string> = {
  weakest_tier: "hand's weakest tier",
  dashed_tier: "dashed path's weakest tier",
  error_links: "all links, by tier",
  error_not_measured: "links not measured",
  error_bound_ppm: "wrong at most, if no payjoin",
  error_independent_ppm: "wrong at most, if independent",
  error_payjoin_1_ppm: "wrong at most, if 1 % are payjoins",
  error_payjoin_5_ppm: "wrong at most, if 5 % are payjoins",
  error_says: "how far it may be wrong",
};

/** What stands over a column: its name in words, with what it is a bound of. */
export function headOf(id: string): string {
  return HEADS[id] ?? id.replace(/_sat$/, " BTC").replace(/_utc$/, ", UTC").replace(/_/g, " ");
}

/** What the bound of a lead over other hands is of, as nothing is said about who paid; nothing for one in the same hand. */
export function withoutHand(hand: string, dashed: string): string {
  if (hand === "" || hand === "same_hand") return "";
  return dashed ? "ends and dashed path" : "ends only";
}
