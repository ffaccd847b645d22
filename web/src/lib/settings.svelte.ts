/** What whoever looks has chosen, and what they have seen. It is kept in this browser and nowhere else. */

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

/** The newest entry of each case that was looked at here, by the case's name. */
const seen: Record<string, number> = read(SEEN, {});

/** The newest entry that was seen; null before the first visit. */
export function seenOf(name: string): number | null {
  const entry = seen[name];
  return typeof entry === "number" ? entry : null;
}

export function sawCase(name: string, entry: number): void {
  seen[name] = entry;
  write(SEEN, seen);
}

/** Everything that this page keeps in the browser, by its name. */
export function kept(): [string, string][] {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith("cointrail."))
      .sort()
      .map((name) => [name, localStorage.getItem(name) ?? ""]);
  } catch {
    return [];
  }
}

/** Forget all of it. */
export function forget(): void {
  for (const [name] of kept()) localStorage.removeItem(name);
  for (const name of Object.keys(seen)) delete seen[name];
  Object.assign(settings, FIRST);
  paint();
}
