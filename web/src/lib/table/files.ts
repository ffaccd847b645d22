/** Rows as text for spreadsheets: no cell is taken for a formula (OWASP, CSV Injection). */

const FORMULA = /^[=+\-@\t\r\n]/;

export function safe(cell: string): string {
  return FORMULA.test(cell) && !/^-?[0-9.,]+$/.test(cell) ? `'${cell}` : cell;
}

export function csv(rows: string[][]): string {
  return rows.map((row) => row.map(quoted).join(",")).join("\n") + "\n";
}

export function tsv(rows: string[][]): string {
  return rows.map((row) => row.map((cell) => safe(cell).replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n") + "\n";
}

function quoted(cell: string): string {
  const kept = safe(cell);
  return /[",\r\n]/.test(kept) ? `"${kept.replace(/"/g, '""')}"` : kept;
}

/** A file's name without its ending: which rows of a table it holds, where these are not all. `all` is null where nobody counted. */
export function fileName(table: string, held: number, { all, filtered, cut }: { all: number | null; filtered: boolean; cut: boolean }): string {
  const which = [...(filtered ? ["filtered"] : []), ...(cut ? ["first"] : [])];
  return which.length ? [table, ...which, held, ...(filtered && all !== null ? ["of", all] : [])].join("-") : table;
}

/** Hand a file to whoever sits here. */
export function save(name: string, data: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}
