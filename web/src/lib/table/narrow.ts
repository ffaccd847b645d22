/** Rows that pass filters, in an order. Pure, and for lists only of which every row is here. */
import { bitcoin, percent } from "../words";
import { type Column, isAmount, isPpm, isTime, type Sorting } from "./columns.svelte";

export const HOW = {
  contains: "contains",
  is: "is",
  at_least: "is at least",
  at_most: "is at most",
} as const;

export interface Filter {
  column: string;
  how: keyof typeof HOW;
  text: string;
}

const COIN = 1e8;
const PERCENT = 1e4; // parts per million

/** Ascending, then descending, then as it came. */
export function nextSorting(now: Sorting | null, column: string): Sorting | null {
  if (now?.column !== column) return { column, descending: false };
  return now.descending ? null : { column, descending: true };
}

/** Why a filter can mean nothing; empty when it can. */
export function misread<Row>(column: Column<Row> | undefined, one: Filter): string {
  if (!column) return "there is no such column";
  const bounds = one.how === "at_least" || one.how === "at_most";
  return bounds && column.number && keptNumber(column, one.text) === null ? `write a number: ${column.head} is compared as one` : "";
}

/** The number that a cell has where somebody writes this one: amounts are read in bitcoin, bounds in percent. */
export function keptNumber(column: { id: string }, text: string): number | null {
  const asked = numberOf(isPpm(column) ? text.replace(/\s*%\s*$/, "") : text);
  if (asked === null) return null;
  return isAmount(column) ? Math.round(asked * COIN) : isPpm(column) ? Math.round(asked * PERCENT) : asked;
}

/** A cell's number as it is read: the other way. */
export function asRead(column: { id: string }, text: string): string {
  if (isPpm(column)) return /^\d+$/.test(text) ? percent(text) : text;
  return isAmount(column) && /^-?\d+$/.test(text) ? bitcoin(text).replace(/,/g, "") : text;
}

export function narrowed<Row>(rows: Row[], columns: Column<Row>[], filters: Filter[], sorting: Sorting | null): Row[] {
  const of = (id: string) => columns.find((one) => one.id === id);
  const tests = filters.flatMap((one) => {
    const column = of(one.column);
    return column ? [passes(column, one)] : [];
  });
  const kept = tests.length ? rows.filter((row) => tests.every((test) => test(row))) : rows;
  const by = sorting && of(sorting.column);
  return by ? sorted(kept, by, sorting.descending) : kept;
}

/** Sums of the columns that may be added up, exact. */
export function sums<Row>(rows: Row[], columns: Column<Row>[]): { column: Column<Row>; sum: bigint }[] {
  return columns
    .filter((one) => one.adds)
    .map((column) => ({ column, sum: rows.reduce((sum, row) => sum + BigInt(column.text(row) || 0), 0n) }));
}

/** A plain number, also one with commas between thousands; null for anything else. */
function numberOf(text: string): number | null {
  const plain = text.trim().replace(/,(?=\d{3})/g, "");
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}

function passes<Row>(column: Column<Row>, { how, text }: Filter): (row: Row) => boolean {
  if (column.number) {
    const bound = keptNumber(column, text);
    const value = (row: Row) => numberOf(column.text(row));
    if (how === "at_least" || how === "at_most") return (row) => between(value(row), how, bound);
    if (how === "is" && bound !== null) return (row) => value(row) === bound;
  }
  const wanted = (isTime(column) ? text.trim().replace(" ", "T") : text).toLowerCase();
  const read = (row: Row) => (column.read?.(row) ?? asRead(column, column.text(row))).toLowerCase();
  if (how === "contains") return (row) => read(row).includes(wanted);
  if (how === "is") return (row) => read(row) === wanted;
  if (how === "at_least") return (row) => read(row) !== "" && read(row) >= wanted;
  return (row) => read(row) !== "" && (read(row) <= wanted || read(row).startsWith(wanted)); // all of a day
}

function between(value: number | null, how: "at_least" | "at_most", bound: number | null): boolean {
  if (value === null || bound === null) return false;
  return how === "at_least" ? value >= bound : value <= bound;
}

const WORDS = new Intl.Collator("en", { numeric: true });

/** Cells without a value come last, whichever way; equal ones stay as they were. */
function sorted<Row>(rows: Row[], column: Column<Row>, descending: boolean): Row[] {
  const way = descending ? -1 : 1;
  const keyed = rows.map((row) => {
    const text = (column.read ?? column.text)(row);
    return { row, text, value: column.number ? numberOf(column.text(row)) : null };
  });
  keyed.sort((one, other) => {
    if (one.value !== null && other.value !== null) return way * (one.value - other.value);
    if (one.value !== null || other.value !== null) return one.value !== null ? -1 : 1;
    if (!one.text || !other.text) return Number(!one.text) - Number(!other.text);
    return way * WORDS.compare(one.text, other.text);
  });
  return keyed.map((one) => one.row);
}
