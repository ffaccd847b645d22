/** Autosave: a drawing outlives a reload, in this tab alone. Browsers forget it when the tab is closed. */

import type { Session } from "./session.svelte";

const PREFIX = "cointrail-graph ";
const SETTING = "cointrail-graph-keep";

/** Whether drawings are kept at all: the only thing that stays in the browser, and it names nothing. */
export function keeps(): boolean {
  return localStorage.getItem(SETTING) !== "no";
}

export function setKeeps(yes: boolean): void {
  if (yes) {
    localStorage.removeItem(SETTING);
    return;
  }
  localStorage.setItem(SETTING, "no");
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}

/** Keep a drawing; says why where that fails. */
export function keep(place: string, session: Session): string {
  if (!keeps()) return "";
  try {
    sessionStorage.setItem(PREFIX + place, JSON.stringify(session.file()));
    return "";
  } catch {
    sessionStorage.removeItem(PREFIX + place);
    return "This drawing is too large for the browser to keep: save it as a file.";
  }
}

/** Bring a drawing back; false where none was kept. */
export function bringBack(place: string, session: Session): boolean {
  const text = keeps() ? sessionStorage.getItem(PREFIX + place) : null;
  if (text === null) return false;
  try {
    session.open(JSON.parse(text));
    return true;
  } catch {
    sessionStorage.removeItem(PREFIX + place);
    return false;
  }
}
