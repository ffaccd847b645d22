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
  valued: number;
  /** Parts of which all or some has no rate. */
  missing: number;
  /** Amounts are sums of many transactions, each valued at its own time. */
  sums: boolean;
  of: (one: Item) => ItemWorth | undefined;
}

export function fiatWords(told: FiatTold): string {
  const how = told.sums ? ", each transaction at the rate of its time, added up exactly and rounded once" : "";
  const gaps = told.missing ? `; ${count(told.missing)} of ${count(told.valued)} amounts lack a rate, in whole or in part` : "";
  const whose = told.sources.length ? `, by ${told.sources.join(" and ").replaceAll("`", "")}` : "";
  return `values in ${told.currency} at the time of the block${how}${whose}${gaps}`;
}
