/** One Tab stop for all that can be pressed in the heads or in the rows of a table; arrow keys go from one thing to the next. */

const PRESSED = "a[href], button, input, summary";

/** What can be pressed in a part of a table. A form that was opened in it is left alone: its fields are stops. */
export function pressable(part: Element): HTMLElement[] {
  return [...part.querySelectorAll<HTMLElement>(PRESSED)].filter((one) => !one.closest("form"));
}

/** Where an arrow leads from the thing at a place in a row: another place of it, or another row; null: nowhere. */
export function step(key: string, place: number, things: number): { place: number; rows: -1 | 0 | 1 } | null {
  if (key === "ArrowUp" || key === "ArrowDown") return { place, rows: key === "ArrowUp" ? -1 : 1 };
  const next = { ArrowLeft: place - 1, ArrowRight: place + 1 }[key];
  return next === undefined || next < 0 || next >= things ? null : { place: next, rows: 0 };
}

export function roving(rows: HTMLElement): () => void {
  let stop: HTMLElement | null = null;

  function settle(): void {
    const all = pressable(rows);
    if (!stop || !all.includes(stop)) stop = all[0] ?? null;
    for (const one of all) one.tabIndex = one === stop ? 0 : -1;
  }

  function reached(event: FocusEvent): void {
    const now = event.target as HTMLElement;
    if (!pressable(rows).includes(now)) return;
    stop = now;
    settle();
  }

  // An arrow that leads to a row that is not there goes on to whoever can fetch it.
  function walk(event: KeyboardEvent): void {
    const now = event.target as HTMLElement;
    const row = now.closest("tr");
    const mine = row ? pressable(row) : [];
    if (!row || !mine.includes(now)) return;
    const next = step(event.key, mine.indexOf(now), mine.length);
    if (!next) return;
    const full = [...rows.querySelectorAll("tr")].filter((one) => pressable(one).length);
    const there = full[full.indexOf(row) + next.rows];
    if (!there) return;
    event.preventDefault();
    event.stopPropagation();
    const things = pressable(there);
    things[Math.min(next.place, things.length - 1)]?.focus();
  }

  const watch = new MutationObserver(settle);
  watch.observe(rows, { childList: true, subtree: true });
  rows.addEventListener("focusin", reached);
  rows.addEventListener("keydown", walk);
  rows.dataset.roving = "";
  settle();
  return () => {
    watch.disconnect();
    rows.removeEventListener("focusin", reached);
    rows.removeEventListener("keydown", walk);
  };
}
