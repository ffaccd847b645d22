/** What amounts were worth at a time, in the currency that somebody chose: asked of the server, many at once. */
import { SvelteMap } from "svelte/reactivity";
import { answerOf, api, type Sat, type Schemas } from "./api";
import { choose, settings } from "./settings.svelte";
import type { Column } from "./table/columns.svelte";

export type Valued = Schemas["ValueLine"];

export const fiat = $state({ tables: [] as Schemas["PriceFileLine"][] });

const MOST = 1_000;
const ALWAYS = ["USD", "EUR", "GBP", "CHF", "JPY", "KRW"];
const known = new SvelteMap<string, Valued>();
const wanted = new Map<string, { currency: string; time_utc: string; sat: Sat }>();
let asking: Promise<void> | null = null;

/** Which price tables the server has; without any, nothing is valued. */
export async function findPrices(): Promise<void> {
  try {
    fiat.tables = (await answerOf(api.GET("/api/v1/prices"))).tables;
  } catch {
    fiat.tables = [];
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

/** The value of an amount at a time; undefined until the server told it, or where nothing is valued. */
export function worth(time_utc: string, sat: Sat): Valued | undefined {
  const code = currency();
  if (!code || !time_utc) return undefined;
  const key = `${code} ${time_utc} ${sat}`;
  const found = known.get(key);
  if (!found) {
    wanted.set(key, { currency: code, time_utc, sat });
    asking ??= Promise.resolve().then(ask).finally(() => (asking = null));
  }
  return found;
}

/** Wait until all of some amounts are valued. */
export async function valued(amounts: { time_utc: string; value_sat: Sat }[]): Promise<void> {
  for (const one of amounts) worth(one.time_utc, one.value_sat);
  await asking;
}

async function ask(): Promise<void> {
  while (wanted.size) {
    const code = wanted.values().next().value?.currency ?? "";
    const some = [...wanted].filter(([, one]) => one.currency === code).slice(0, MOST);
    for (const [key] of some) wanted.delete(key);
    try {
      const told = await answerOf(
        api.POST("/api/v1/values", {
          body: { currency: code, amounts: some.map(([, { time_utc, sat }]) => ({ time_utc, sat: String(sat) })) },
        }),
      );
      some.forEach(([key], place) => told.values[place] && known.set(key, told.values[place]));
    } catch {
      return; // what is not known stays empty
    }
  }
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
