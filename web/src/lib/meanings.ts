/** What the words of this page mean, each in a sentence; those of the report stand here as there. */

import told from "./meanings.json";

export const MEANINGS: Record<string, string> = told;

/** What a word means, by one of its forms: `outpoint` is explained under `output, outpoint`. */
export function entryOf(word: string): string | undefined {
  return Object.keys(MEANINGS).find((entry) => entry.split(", ").includes(word));
}

/** Where the entry of a word stands on the page of words. */
export const placeOf = (entry: string) => entry.replace(/[^A-Za-z]+/g, "-");
