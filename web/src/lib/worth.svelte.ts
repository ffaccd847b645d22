/** What amounts were worth at a time, in the currency that somebody chose: asked of the server, many at once. */
import { SvelteMap } from "svelte/reactivity";
import { answerOf, api, reasonOf, type Sat, type Schemas } from "./api";
import { choose, settings } from "./settings.svelte";
import type { Column } from "./table/columns.svelte";
import { count } from "./words";

export type Valued = Schemas["ValueLine"];

/** The price tables of the server, or why they could not be asked for. */
export const fiat = $state({ tables: [] as Schemas["PriceFileLine"][], trouble: null as unknown });

const MOST = 1_000;
const ALWAYS = ["USD", "EUR", "GBP", "CHF", "JPY", "KRW"];
export const ADVICE = "try again, or choose no currency";

interface Amount {
  currency: string;
  time_utc: string;
  sat: Sat;
}

const known = new SvelteMap<string, Valued>();
/** What is asked for, or is to be. */
const wanted = new Map<string, Amount>();
/** Why an amount was not told when it was last asked for. */
const failed = new Map<string, unknown>();
let asking: Promise<void> | null = null;

/** Which price tables the server has; without any, nothing is valued. */
export async function findPrices(): Promise<void> {
  try {
    fiat.tables = (await answerOf(api.GET("/api/v1/prices"))).tables;
    fiat.trouble = null;
  } catch (error) {
    fiat.tables = [];
    fiat.trouble = error;
  }
}

export function currencies(): string[] {
  if (!fiat.tables.length) return [];
  return [...new Set([...fiat.tables.map((one) => one.currency), ...ALWAYS])];
}

/** The currency in force; empty: none. */
export function currency(): string {
  const all = currencies();
  return all.includes(settings.currency) ? settings.currency : (settings.currency === "none" ? "" : (all[0] ?? ""));
}

export function switchTo(code: string): void {
  choose({ currency: code || "none" });
}

const keyOf = (one: Amount): string => `${one.currency} ${one.time_utc} ${one.sat}`;

/** The value of an amount at a time; undefined until the server told it, or where nothing is valued. */
export function worth(time_utc: string, sat: Sat): Valued | undefined {
  const code = currency();
  if (!code || !time_utc) return undefined;
  const one = { currency: code, time_utc, sat };
  const key = keyOf(one);
  const found = known.get(key);
  // What failed a moment ago is not asked for again by each cell that is drawn anew meanwhile.
  if (!found && !(asking && failed.has(key))) want(key, one);
  return found;
}

function want(key: string, one: Amount): void {
  wanted.set(key, one);
  asking ??= Promise.resolve().then(ask);
}

/**
 * Wait until all of some amounts are valued; having no rate is told too. What failed before is asked for again.
 *
 * Raises where one of them is still not known: an empty cell would pass for one without a rate.
 */
export async function valued(amounts: { time_utc: string; value_sat: Sat }[]): Promise<void> {
  if (settings.currency !== "none") await pricesKnown();
  const code = currency();
  if (!code) return;
  const all = amounts.filter((one) => one.time_utc).map((one) => ({ currency: code, time_utc: one.time_utc, sat: one.value_sat }));
  for (const one of all) {
    const key = keyOf(one);
    if (!known.has(key)) want(key, one);
  }
  await asking;
  if (currency() !== code) return valued(amounts); // another one was chosen meanwhile
  const missing = all.map(keyOf).filter((key) => !known.has(key));
  if (missing.length) throw unvalued(missing.length, all.length, code, failed.get(missing[0] ?? ""));
}

async function pricesKnown(): Promise<void> {
  if (fiat.trouble) await findPrices();
  if (fiat.trouble) throw new Error(`price tables could not be read (${reasonOf(fiat.trouble)}); ${ADVICE}`);
}

/** What stops a file with values: how many of them are not known, why, and what to do. */
export function unvalued(missing: number, all: number, code: string, why: unknown): Error {
  return new Error(`${count(missing)} of ${count(all)} values in ${code} could not be fetched (${reasonOf(why)}); ${ADVICE}`);
}

async function ask(): Promise<void> {
  while (wanted.size) {
    const code = wanted.values().next().value?.currency ?? "";
    const some = [...wanted].filter(([, one]) => one.currency === code).slice(0, MOST);
    try {
      const values = await valuesOf(code, some.map(([, one]) => one));
      some.forEach(([key], place) => {
        failed.delete(key);
        known.set(key, values[place]!);
      });
    } catch (error) {
      for (const [key] of some) failed.set(key, error);
    }
    for (const [key] of some) wanted.delete(key);
  }
  asking = null;
}

async function valuesOf(code: string, some: Amount[]): Promise<Valued[]> {
  const amounts = some.map(({ time_utc, sat }) => ({ time_utc, sat: String(sat) }));
  const { values } = await answerOf(api.POST("/api/v1/values", { body: { currency: code, amounts } }));
  if (values.length !== some.length) throw new Error(`the server told ${count(values.length)} of ${count(some.length)}`);
  return values;
}

/** A column with the value at the time of its block, and one with who says so; `when` that was, in the table's words. */
export function worthColumns<Row>(of: (row: Row) => { time_utc: string; value_sat: Sat }, when = "at block time"): Column<Row>[] {
  const told = (row: Row) => worth(of(row).time_utc, of(row).value_sat);
  const prepare = (rows: Row[]) => valued(rows.map(of));
  return [
    {
      id: "worth",
      get head() {
        return `${currency() || "fiat"} ${when}`;
      },
      get spare() {
        return !currency();
      },
      about: "claim: at the time of the block, by a price table; empty where there is no rate",
      kind: "claim",
      number: true,
      text: (row) => told(row)?.value ?? "",
      prepare,
    },
    {
      id: "worth_source",
      head: "rate and source",
      kind: "claim",
      spare: true,
      text: (row) => {
        const one = told(row);
        return one?.rate ? `${one.rate} ${one.currency}, ${one.source}, ${one.convention}` : "";
      },
      prepare,
    },
  ];
}
