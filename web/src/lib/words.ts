/** How values are written: bitcoin with all eight places, times in UTC, labels with hidden characters shown. */

import { Failure, type Basis } from "./api";
import { settings } from "./settings.svelte";
import { inZone } from "./zone";

const COIN = 100_000_000n;

/** `1,234.50000000`, exact. */
export function bitcoin(sat: number | string): string {
  const value = BigInt(sat);
  const size = value < 0n ? -value : value;
  const whole = (size / COIN).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0n ? "−" : ""}${whole}.${(size % COIN).toString().padStart(8, "0")}`;
}

/** `1,234.5 BTC`: without zeros that say nothing. */
export const btc = (sat: number | string): string => `${bitcoin(sat).replace(/\.?0+$/, "")} BTC`;

/** `12,345`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 output`, `2 outputs`. */
export function counted(value: number, what: string): string {
  return `${count(value)} ${what}${value === 1 ? "" : "s"}`;
}

/** `1,234.50 USD`, as exact as it was told. */
export function money(value: string, currency: string): string {
  const [whole = "0", part = ""] = value.split(".");
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${part.padEnd(2, "0")} ${currency}`;
}

/** `2018-03-31 23:57:49 UTC`. */
export function plainUtc(iso: string): string {
  return `${iso.replace("T", " ").replace(/(\.\d+)?(Z|\+00:00)?$/, "")} UTC`;
}

/** The same, and behind it the time in the zone that was chosen in the settings. */
export function utc(iso: string): string {
  const there = inZone(iso, settings.zone);
  return `${plainUtc(iso)}${there ? ` (${there})` : ""}`;
}

/** A problem that came inside an answer, as one that came instead of it. */
export function problemOf(told: { status?: number; title?: string; detail?: string; hint?: string | null }): Failure {
  return new Failure(told.status ?? 0, told.title ?? "It failed", told.detail ?? "", told.hint ?? null);
}

// Controls, bidi controls, zero-width and tag characters: what could make a label look like another.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

/** A label that cannot lie about itself: hidden characters stand as `⟨U+202E⟩`. */
export function shown(text: string): string {
  return text.replace(
    HIDDEN,
    (one) => `⟨U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}

/** A bound in parts per million as percent, exact: `3.3335 %`. */
export function percent(ppm: number | string): string {
  const part = String(Number(ppm) % 10_000).padStart(4, "0").replace(/0+$/, "");
  return `${Math.floor(Number(ppm) / 10_000)}${part ? `.${part}` : ""} %`;
}

/** An upper bound on a number of things in millionths, to the hundredth above: `0.01` of 7,170. */
export function roundedUp(millionths: number): string {
  return (Math.ceil(millionths / 10_000) / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });
}

/** What somebody needs to find it again: where the chain ended, which store, which program. */
export function citation(what: string, basis: Omit<Basis, "rules">): string {
  const clusters = basis.clusters_digest ? `, clusters ${basis.clusters_digest}` : "";
  return (
    `${what}; as of block ${basis.tip_height} (${basis.tip_hash}) of ${basis.network}; ` +
    `${basis.program}, store ${basis.store_digest}${clusters}`
  );
}

const COUNTRIES = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** `Canada (CA)`; what is no country's code stays as somebody wrote it. */
export function country(code: string): string {
  const name = /^[A-Z]{2}$/.test(code) ? COUNTRIES.of(code) : undefined;
  return name ? `${name} (${code})` : shown(code);
}

/** The first and last characters of something long. Its whole text belongs into the accessible name. */
export function short(text: string, head = 10, tail = 8): string {
  return text.length <= head + tail + 1 ? text : `${text.slice(0, head)}…${text.slice(-tail)}`;
}

/** What people compare of an address: its kind's own beginning says nothing. */
function ends(address: string): [string, string] {
  const body = address.replace(/^(bc1|tb1|bcrt1)[qpzry9x8gf2tvdw0s3jn54khce6mua7l]|^[123mn]/, "");
  return [body.slice(0, 4), body.slice(-4)];
}

/** Whether two addresses can be taken for each other by who looks at their ends only. */
export function alike(one: string, other: string): boolean {
  if (one === other) return false;
  const [head, tail] = ends(one);
  const [otherHead, otherTail] = ends(other);
  return (head === otherHead && tail === otherTail) || (head.slice(0, 3) === otherHead.slice(0, 3) && tail === otherTail);
}

/** What names a script in the address of a page: its address, or its hex. */
export function scriptName(one: { address: string | null; script: string }): string {
  return one.address ?? `script:${one.script}`;
}

/** `0 to 3, 7`: places in a list, however many. */
export function ranges(places: number[]): string {
  const runs: [number, number][] = [];
  for (const place of places) {
    const last = runs.at(-1);
    if (last && place === last[1] + 1) last[1] = place;
    else runs.push([place, place]);
  }
  const told = runs.map(([from, to]) => (from === to ? `${from}` : `${from}${to === from + 1 ? "," : " to"} ${to}`));
  const MOST = 30;
  return told.length > MOST ? `${told.slice(0, MOST).join(", ")} and ${count(told.length - MOST)} more runs of them` : told.join(", ");
}
