/** A row as a citation: what it says of whom, in the words of its columns. */
import { bitcoin, percent, plainUtc, shown } from "../words";
import { type Column, isAmount, isPpm, isTime } from "./columns.svelte";

export function cited<Row>(row: Row, columns: Column<Row>[]): string {
  return columns
    .map((one) => ({ one, text: (one.read ?? one.text)(row) }))
    .filter(({ text }) => text !== "")
    .map(({ one, text }) => `${one.head.replace(/, UTC$/, "")} ${said(one, text)}`)
    .join(", ");
}

function said<Row>(column: Column<Row>, text: string): string {
  if (isAmount(column) && /^-?\d+$/.test(text)) return `${bitcoin(text)}${column.head.includes("BTC") ? "" : " BTC"}`;
  if (isPpm(column) && /^\d+$/.test(text)) return percent(text);
  return isTime(column) ? plainUtc(text) : shown(text);
}
