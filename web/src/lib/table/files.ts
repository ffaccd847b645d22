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

/** Hand a file to whoever sits here. */
export function save(name: string, data: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}
