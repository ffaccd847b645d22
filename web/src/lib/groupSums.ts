/** What rows of a case's table add up to, each class or hand by itself: a sum over them would count bitcoin twice. */

import type { Schemas } from "./api";
import { words } from "./trace";
import { bitcoin, counted } from "./words";

type Sums = Pick<Schemas["TablePartListing"], "table" | "sums">;

/** What a class is, where its name alone could be taken for more. */
const MEANT: Record<string, Record<string, string>> = {
  payments: { return: "no payments: the service's own, coming home", mined: "no payments: block rewards", unclear: "who paid is open" },
  proceeds: { change: "came back to the service and went out again", held: "not sent", mixed: "spent together with outputs of others" },
};

/** `payment: 144 rows, value 9.22408276 BTC; return (no payments: …): 1 row, value 0.00862496 BTC`. */
export function sumsText({ table, sums }: Sums): string {
  return sums
    .map((one) => {
      const meant = MEANT[table]?.[one.group];
      const sats = Object.entries(one.sums_sat).map(([name, sat]) => `, ${name.replace("_sat", "")} ${bitcoin(sat)} BTC`);
      return `${words(one.group)}${meant ? ` (${meant})` : ""}: ${counted(one.rows, "row")}${sats.join("")}`;
    })
    .join("; ");
}
