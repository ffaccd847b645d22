/** What a part of a drawing was worth, in words: a missing rate is said and is never zero. Pure. */

import { count, money } from "../lib/words";
import type { Item } from "./items";

export interface ItemWorth {
  /** As exact as it was told; null: nothing of it has a rate. */
  value: string | null;
  currency: string;
  /** Transactions that have no rate, and are in no sum. */
  without: number;
  sources: string[];
}

/** `1,234.50 USD`, `no rate`, or a sum and how many are not in it. */
export function worthWords(one: ItemWorth | undefined): string {
  if (!one) return "";
  if (one.value === null) return "no rate";
  return money(one.value, one.currency) + (one.without ? `, ${count(one.without)} without rate` : "");
}

/** How a drawing is valued, for its legend and its files. */
export interface FiatTold {
  currency: string;
  sources: string[];
  /** Parts that have an amount. */
  amounts: number;
  /** Of these, all or some has no rate. */
  missing: number;
  /** Of these, nobody was told yet what they were worth, or it could not be fetched. */
  unknown: number;
  /** Amounts are sums of many transactions, each valued at its own time. */
  sums: boolean;
  of: (one: Item) => ItemWorth | undefined;
}

export function fiatWords(told: FiatTold): string {
  const how = told.sums ? ", each transaction at the rate of its time, added up exactly and rounded once" : "";
  const { missing, unknown } = told;
  const of = (some: number) => `; ${count(some)} of ${count(told.amounts)}`;
  const gaps =
    (missing ? `${of(missing)} amounts ${missing === 1 ? "lacks" : "lack"} a rate, in whole or in part` : "") +
    (unknown ? `${of(unknown)} ${unknown === 1 ? "has" : "have"} no value yet, or it could not be fetched` : "");
  const whose = told.sources.length ? `, by ${told.sources.join(" and ").replaceAll("`", "")}` : "";
  return `values in ${told.currency} at the time of the block${how}${whose}${gaps}`;
}
