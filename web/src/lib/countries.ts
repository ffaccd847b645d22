/** What the desks of a case come to by country. Pure. */
import type { Sat, Schemas } from "./api";

type Desk = Pick<Schemas["DeskLine"], "jurisdiction" | "paid_sat" | "deposited_sat">;

export interface Country {
  country: string;
  desks: number;
  /** Satoshi that came from there to the service; and that went there from it. Never one sum: these are two directions. */
  paid: bigint;
  deposited: bigint;
}

const sat = (value: Sat) => BigInt(value);

/** Sums by country, those of the most money in both directions first. */
export function byCountry(desks: Desk[]): Country[] {
  const sums = new Map<string, Country>();
  for (const one of desks) {
    const line = sums.get(one.jurisdiction) ?? { country: one.jurisdiction, desks: 0, paid: 0n, deposited: 0n };
    line.desks += 1;
    line.paid += sat(one.paid_sat);
    line.deposited += sat(one.deposited_sat);
    sums.set(one.jurisdiction, line);
  }
  const moved = (one: Country) => one.paid + one.deposited;
  return [...sums.values()].sort((one, other) => (moved(other) > moved(one) ? 1 : moved(other) < moved(one) ? -1 : 0));
}
