/** What somebody pasted: names in lines, with whatever a list or a table has around them. */
import type { Schemas } from "./api";

type Recognised = Schemas["Recognised"];

export interface Word {
  text: string;
  /** Counted from 1, empty lines too. */
  line: number;
}

export interface Verdict extends Omit<Recognised, "thing"> {
  line: number;
  thing: Recognised["thing"];
  /** The line that named it before; 0: none did. */
  again: number;
  /** Words of the line that are no names. */
  beside: number;
}

// As many digits as a hash has are one.
const NUMBER = /^["'`]?\d{1,63}["'`]?$/;
const BLOCK = /^(block|height)[:#]?$/i;

/** The words that may be names. In a line of several, whole numbers are amounts rather than heights, unless `block` stands before. */
export function wordsOf(pasted: string): Word[] {
  return pasted.split(/\r\n|\r|\n/).flatMap((text, place) => {
    const words = text.split(/[\s,;|]+/).filter((word) => /[^"'`]/.test(word));
    const isHeight = (at: number) => NUMBER.test(words[at] ?? "") && BLOCK.test(words[at - 1] ?? "");
    const names = words.filter((word, at) => (NUMBER.test(word) ? isHeight(at) : !isHeight(at + 1)));
    return (names.length ? names : words).map((word) => ({ text: word, line: place + 1 }));
  });
}

/** A verdict for each name; a line without any has one that says why. In the order of the lines. */
export function verdictsOf(words: Word[], answers: Recognised[]): Verdict[] {
  const told: Verdict[] = [];
  const first = new Map<string, number>();
  for (let at = 0, end = 0; at < words.length; at = end) {
    const line = words[at]!.line;
    while (end < words.length && words[end]!.line === line) end++;
    const all = answers.slice(at, end);
    const names = all.filter((one) => one.thing !== "unknown");
    for (const one of names.length ? names : all.slice(0, 1)) {
      const again = one.name ? (first.get(one.name) ?? 0) : 0;
      if (one.name && !again) first.set(one.name, line);
      told.push({ ...one, line, again, beside: all.length - Math.max(names.length, 1) });
    }
  }
  return told;
}

/** What a verdict says, in words. */
export function verdictWords(one: Verdict): string {
  const beside = one.beside ? `${one.beside} ${one.beside === 1 ? "word" : "words"} beside it not read` : "";
  return [one.found ? "found" : one.says, one.again ? `named before, in line ${one.again}` : "", beside].filter(Boolean).join("; ");
}
