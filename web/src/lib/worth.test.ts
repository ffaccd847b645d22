import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "./api";
import { choose } from "./settings.svelte";
import { fiat, findPrices, valued, worth, worthColumns } from "./worth.svelte";

type Ask = { body: { currency: string; amounts: { time_utc: string; sat: string }[] } };

let asked: string[][] = [];
let day = 0;

/** Amounts of a time of their own: what one test was told is no answer in another. */
function amounts(size: number): { time_utc: string; value_sat: number }[] {
  day += 1;
  const time_utc = `2017-01-${String(day).padStart(2, "0")}T00:00:00Z`;
  return Array.from({ length: size }, (_, place) => ({ time_utc, value_sat: place + 1 }));
}

/** A server that values amounts, and fails or leaves some out where it is told so. */
function serving(fails: (ask: number) => boolean, told = (all: object[]) => all): void {
  asked = [];
  vi.spyOn(api, "POST").mockImplementation(((_: string, { body }: Ask) => {
    asked.push(body.amounts.map((one) => one.sat));
    if (fails(asked.length)) {
      return Promise.resolve({ error: { title: "Too many at once", detail: "wait a little" }, response: new Response(null, { status: 429 }) });
    }
    const values = body.amounts.map(({ sat }) => ({ value: sat === "7" ? null : `${sat}.50`, currency: body.currency, source: "a table" }));
    return Promise.resolve({ data: { values: told(values) }, response: new Response() });
  }) as never);
}

const table = { currency: "USD", source: "a table" } as never;

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("document", { documentElement: { dataset: {} } });
  choose({ currency: "USD" });
  fiat.tables = [table];
  fiat.trouble = null;
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("values that somebody waits for", () => {
  it("are no answer while one of them was not told: it says how many, why and what to do", async () => {
    serving(() => true);
    const some = amounts(3);
    await expect(valued(some)).rejects.toThrow(
      "3 of 3 values in USD could not be fetched (Too many at once: wait a little); try again, or choose no currency",
    );
    await expect(worthColumns((one: (typeof some)[0]) => one)[0]?.prepare?.(some)).rejects.toThrow("3 of 3 values");
  });

  it("are asked again the next time, and only those that failed", async () => {
    serving((ask) => ask === 1);
    const some = amounts(2_500);
    await expect(valued(some)).rejects.toThrow("1,000 of 2,500 values");
    expect(asked.map((one) => one.length)).toEqual([1_000, 1_000, 500]);
    await valued(some);
    expect(asked.map((one) => one.length)).toEqual([1_000, 1_000, 500, 1_000]);
    expect(some.every((one) => worth(one.time_utc, one.value_sat))).toBe(true);
  });

  it("are asked again while others that were seen first still fail", async () => {
    serving((ask) => ask === 1);
    const [one] = amounts(1);
    expect(worth(one!.time_utc, one!.value_sat)).toBeUndefined();
    await expect(valued([one!])).rejects.toThrow("1 of 1 values");
    await valued([one!]);
    expect(worth(one!.time_utc, one!.value_sat)?.value).toBe("1.50");
  });

  it("are known where there is no rate", async () => {
    serving(() => false);
    const some = amounts(7);
    await valued(some);
    expect(worth(some[6]!.time_utc, 7)).toMatchObject({ value: null });
  });

  it("are not taken for told where the server told fewer than it was asked", async () => {
    serving(() => false, (all) => all.slice(1));
    await expect(valued(amounts(4))).rejects.toThrow("4 of 4 values in USD could not be fetched");
  });

  it("are not asked for in no currency, and not without a time", async () => {
    serving(() => true);
    await valued([{ time_utc: "", value_sat: 1 }]);
    choose({ currency: "none" });
    await valued(amounts(2));
    expect(asked).toEqual([]);
  });

  it("are in the currency that is in force when they have come", async () => {
    serving(() => false);
    const some = amounts(2);
    const waiting = valued(some);
    choose({ currency: "EUR" });
    await waiting;
    expect(worth(some[0]!.time_utc, 1)?.currency).toBe("EUR");
  });
});

describe("price tables that could not be asked for", () => {
  it("are no server without prices: who waits is told, and they are asked for again", async () => {
    serving(() => false);
    const get = vi.spyOn(api, "GET").mockImplementation((() => Promise.reject(new TypeError("no network"))) as never);
    await findPrices();
    const some = amounts(1);
    await expect(valued(some)).rejects.toThrow("price tables could not be read (The server does not answer");
    get.mockImplementation((() => Promise.resolve({ data: { tables: [table] }, response: new Response() })) as never);
    await valued(some);
    expect(worth(some[0]!.time_utc, 1)?.value).toBe("1.50");
  });

  it("stop nobody who wants no values", async () => {
    vi.spyOn(api, "GET").mockImplementation((() => Promise.reject(new TypeError("no network"))) as never);
    await findPrices();
    choose({ currency: "none" });
    await valued(amounts(1));
  });
});
