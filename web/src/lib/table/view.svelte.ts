/** What of a list is looked at. A list is sorted and filtered here only when all of it is here: never a part of it. */
import { reasonOf } from "../api";
import { count } from "../words";
import type { Column, Sorting } from "./columns.svelte";
import { type Filter, misread, narrowed, nextSorting } from "./narrow";
import type { List, Part } from "./rows.svelte";

/** Rows that are fetched and sorted in the browser: twenty pages of the server. */
export const MOST_NARROWED = 20_000;

const one = (several: string) => several.replace(/(?<=ss)es$|s$/, "");

export class View<P extends Part, Row> {
  filters = $state.raw<Filter[]>([]);
  sorting = $state.raw<Sorting | null>(null);
  told = $state("");
  /** The order that was asked for last: it may still wait for rows. */
  private asked: Sorting | null = null;

  /**
   * @param rows the list.
   * @param columns all of it, shown or not.
   */
  constructor(
    private readonly rows: () => List<P, Row>,
    private readonly columns: () => Column<Row>[],
  ) {}

  /** Whether the list can be sorted here at all. */
  readonly narrows = $derived.by(() => this.rows().complete || !this.rows().counted || this.rows().total <= MOST_NARROWED);

  private readonly narrowing = $derived.by(() => this.rows().complete && (this.filters.length > 0 || this.sorting !== null));

  readonly list = $derived.by(() =>
    this.narrowing ? narrowed(this.rows().rows, this.columns(), this.filters, this.sorting) : this.rows().rows,
  );

  /** Rows that pass; of a list that is not all here, the rows that it has. */
  readonly total = $derived.by(() => (this.narrowing ? this.list.length : this.rows().total));

  /** `12 of 30 outputs pass`. */
  says(what: string): string {
    const { rows, complete, counted, total } = this.rows();
    if (this.filters.length) return `${count(this.list.length)} of ${count(rows.length)} ${what} pass`;
    if (complete && !rows.length) return `No ${what}`;
    return `${counted ? count(total) : `${count(rows.length)} or more`} ${counted && total === 1 ? one(what) : what}`;
  }

  async sortBy(column: string): Promise<void> {
    const next = nextSorting(this.asked, column);
    this.asked = next;
    const ready = next === null || (await this.ready([column]));
    if (this.asked !== next) return; // another order was asked for meanwhile
    if (ready) this.sorting = next;
    else this.asked = this.sorting;
  }

  /** Why these filters cannot be; empty when they are in force. */
  async filterBy(filters: Filter[]): Promise<string> {
    const wrong = filters.map((one) => misread(this.columnOf(one.column), one)).find(Boolean);
    if (wrong) return wrong;
    if (filters.length && !(await this.ready(filters.map((one) => one.column)))) return this.told;
    this.filters = filters;
    return "";
  }

  /** Forget order and filters, as another list takes the place of one that was not all here. */
  reset(): void {
    this.filters = [];
    this.sorting = this.asked = null;
    this.told = "";
  }

  private columnOf(id: string): Column<Row> | undefined {
    return this.columns().find((one) => one.id === id);
  }

  private much(): string {
    const { counted, total } = this.rows();
    return !counted || total > MOST_NARROWED ? `it has more than ${count(MOST_NARROWED)} rows` : "not all of its rows are here";
  }

  private async ready(columns: string[]): Promise<boolean> {
    const rows = this.rows();
    this.told = rows.complete ? "" : "fetching all rows…";
    await rows.reach(MOST_NARROWED);
    this.told = rows.complete || rows.trouble ? "" : `not done: ${this.much()}, and a part is not sorted`;
    if (!rows.complete) return false;
    try {
      for (const id of columns) await this.columnOf(id)?.prepare?.(rows.rows);
    } catch (error) {
      this.told = `not done: ${reasonOf(error)}`;
      return false;
    }
    return true;
  }
}
