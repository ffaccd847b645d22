/** What came into a peel chain and what became of it: both sides are one amount, to the satoshi. Pure. */

import type { Schemas } from "./api";

export type Chain = Pick<Schemas["PeelChainView"], "start" | "start_sat" | "end_sat" | "paid_sat" | "fees_sat" | "beside_sat" | "lines">;

export interface PeelSum {
  /** The coin that the chain brings in; going back, the one that it came to. */
  broughtIn: bigint;
  /** Coins that were spent beside it. */
  beside: bigint;
  /** Hops at which some of these lie outside its cluster. */
  joins: number;
  paid: bigint;
  fees: bigint;
  burned: bigint;
  goesOn: bigint;
}

export function peelSum(chain: Chain): PeelSum {
  const forward = chain.lines.length === 0 || chain.lines[0]?.spent === chain.start;
  return {
    broughtIn: BigInt(forward ? chain.start_sat : chain.end_sat),
    beside: BigInt(chain.beside_sat),
    joins: chain.lines.filter((one) => one.kind === "join").length,
    paid: BigInt(chain.paid_sat),
    fees: BigInt(chain.fees_sat),
    burned: chain.lines.reduce((sum, one) => sum + BigInt(one.burned_sat), 0n),
    goesOn: BigInt(forward ? chain.end_sat : chain.start_sat),
  };
}
