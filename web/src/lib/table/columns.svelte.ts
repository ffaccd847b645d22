/** What a column is, and which of a table's are shown. Only names of columns are kept in the browser. */

export interface Column<Row> {
  id: string;
  head: string;
  /** As files and copies have it: exact, nothing shortened. */
  text: (row: Row) => string;
  /** As its cell shows it, where that is neither the text nor its bitcoin, percent or time. */
  read?: (row: Row) => string;
  about?: string;
  number?: boolean;
  kind?: "fact" | "inference" | "claim";
  /** It holds a word or two: no wider than these, where cells have several lines. */
  narrow?: boolean;
  /** Shown only when somebody chooses it. */
  spare?: boolean;
  /** False: its order means nothing, or whoever sorts the rows does not know it. */
  sorts?: boolean;
  /** False: it holds things to do, and is in no file and no citation. */
  files?: boolean;
  /** A sum of it over rows means something. */
  adds?: boolean;
  /** Fetches what `text` needs of many rows, before they are saved or copied. */
  prepare?: (rows: Row[]) => Promise<void>;
}

export interface Sorting {
  column: string;
  descending: boolean;
}

/** Whether its text is satoshi, which people read as bitcoin. */
export function isAmount(column: { id: string }): boolean {
  return column.id.endsWith("_sat");
}

/** Whether its text is parts per million, which people read as percent. */
export function isPpm(column: { id: string }): boolean {
  return column.id.endsWith("_ppm");
}

/** Whether its text is a time. */
export function isTime(column: { id: string }): boolean {
  return column.id.endsWith("_utc");
}

const KEY = "cointrail.columns.";

export class Chosen {
  private ids = $state.raw<ReadonlySet<string> | null>(null);

  constructor(private readonly table: string) {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(KEY + table) ?? "null");
      if (Array.isArray(kept)) this.ids = new Set(kept.filter((one) => typeof one === "string"));
    } catch {
      // a browser that keeps nothing shows what everybody sees first
    }
  }

  shows<Row>(column: Column<Row>): boolean {
    if (column.files === false) return true;
    return this.ids ? this.ids.has(column.id) : !column.spare;
  }

  toggle<Row>(columns: Column<Row>[], id: string): void {
    const now = columns.filter((one) => this.shows(one) !== (one.id === id)).map((one) => one.id);
    if (now.length === 0) return; // a table without columns says nothing
    this.ids = new Set(now);
    try {
      localStorage.setItem(KEY + this.table, JSON.stringify(now));
    } catch {
      // as above
    }
  }
}
