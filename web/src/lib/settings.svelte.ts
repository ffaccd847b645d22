/** What whoever looks has chosen, and what they have seen. It is kept in this browser and nowhere else. */

import { readSeen, type Seen } from "./seen";

/** Begins the name of whatever pages keep. */
export const OURS = "cointrail";
const CHOICES = "cointrail.choices";
const SEEN = "cointrail.seen";

export type Theme = "system" | "light" | "dark";

interface Choices {
  theme: Theme;
  /** A second zone beside UTC, as `Asia/Seoul`; empty: none. */
  zone: string;
  /** ISO 4217; empty: that of the answer. */
  currency: string;
}

const FIRST: Choices = { theme: "system", zone: "", currency: "" };

function read<T extends object>(name: string, otherwise: T): T {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(name) ?? "null");
    return kept && typeof kept === "object" ? { ...otherwise, ...kept } : { ...otherwise };
  } catch {
    return { ...otherwise };
  }
}

function write(name: string, value: object): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing forgets it when the page is closed.
  }
}

export const settings = $state(read(CHOICES, FIRST));

export function choose(some: Partial<Choices>): void {
  Object.assign(settings, some);
  write(CHOICES, settings);
  paint();
}

const DARK = "(prefers-color-scheme: dark)";

/** The theme goes on the document, where the styles and the pictures find it. */
export function paint(): void {
  const system = matchMedia(DARK).matches ? "dark" : "light";
  document.documentElement.dataset.theme = settings.theme === "system" ? system : settings.theme;
}

/** Paint now, and whenever the system turns dark or light. */
export function followTheme(): void {
  paint();
  matchMedia(DARK).addEventListener("change", paint);
}

/** What was seen of each case that was looked at here, by the case's name. */
const seen: Record<string, unknown> = read(SEEN, {});

/** What was seen of a case; null before the first visit. */
export function seenOf(name: string): Seen | null {
  return readSeen(seen[name]);
}

export function sawCase(name: string, now: Seen): void {
  seen[name] = now;
  write(SEEN, seen);
}

/** Something that pages keep in this browser: until the tab is closed, or until it is removed. */
export interface Entry {
  name: string;
  text: string;
  tab: boolean;
}

/** Everything that pages keep in this browser, by its name. */
export function kept(): Entry[] {
  try {
    return [...entriesOf(localStorage, false), ...entriesOf(sessionStorage, true)];
  } catch {
    return [];
  }
}

function entriesOf(storage: Storage, tab: boolean): Entry[] {
  const names = Object.keys(storage).filter((name) => name.startsWith(OURS));
  return names.sort().map((name) => ({ name, text: storage.getItem(name) ?? "", tab }));
}

/** Forget all of it. */
export function forget(): void {
  for (const { name, tab } of kept()) (tab ? sessionStorage : localStorage).removeItem(name);
  for (const name of Object.keys(seen)) delete seen[name];
  Object.assign(settings, FIRST);
  paint();
}
