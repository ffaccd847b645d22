/** Lists that a table shows: fetched page by page as far as somebody looks, or there already. */
export interface Part {
  next_page: string | null;
  page: { total: number | null };
  basis?: { tip_hash: string };
}

export interface List<P extends Part, Row> {
  readonly rows: Row[];
  /** The first part of it; undefined: nothing was told yet. */
  readonly first: P | undefined;
  readonly busy: boolean;
  readonly trouble: unknown;
  readonly complete: boolean;
  /** Rows of the list; as many as are known of where nobody counted. */
  readonly total: number;
  readonly counted: boolean;
  /** Fetch until so many rows are there, or all. */
  reach(count: number): Promise<void>;
}

/** Rows of the first page, and of the others: the server's own most. */
const FIRST = 100;
const NEXT = 1_000;

export class Rows<P extends Part, Row> implements List<P, Row> {
  parts = $state.raw<P[]>([]);
  rows = $state.raw<Row[]>([]);
  busy = $state(false);
  trouble = $state<unknown>(null);
  private wanted = 0;
  private fetching: Promise<void> | null = null;

  /**
   * @param fetch asks for a page by its token and a number of rows.
   * @param take the rows of a page.
   */
  constructor(
    private readonly fetch: (page: string | undefined, limit: number) => Promise<P>,
    private readonly take: (part: P) => Row[],
  ) {
    void this.reach(1);
  }

  get first(): P | undefined {
    return this.parts[0];
  }

  get complete(): boolean {
    const last = this.parts.at(-1);
    return last !== undefined && last.next_page === null;
  }

  get total(): number {
    return this.first?.page.total ?? this.rows.length;
  }

  get counted(): boolean {
    return this.complete || (this.first !== undefined && this.first.page.total !== null);
  }

  /** Who asks for fewer meanwhile stops nobody. */
  async reach(count: number): Promise<void> {
    this.wanted = this.fetching ? Math.max(this.wanted, count) : count;
    do {
      this.fetching ??= this.run().finally(() => (this.fetching = null));
      await this.fetching;
    } while (this.rows.length < count && !this.complete && !this.trouble);
  }

  private async run(): Promise<void> {
    this.busy = true;
    this.trouble = null;
    try {
      while (this.rows.length < this.wanted && !this.complete) {
        const last = this.parts.at(-1);
        const part = await this.fetch(last?.next_page ?? undefined, last ? NEXT : FIRST);
        this.parts = [...this.parts, part];
        this.rows = [...this.rows, ...this.take(part)];
      }
    } catch (error) {
      this.trouble = error;
    }
    this.busy = false;
  }
}

/** A list that is there already, and stays the same list while its rows change: filters, order and what is chosen remain. */
export function live<Row>(rows: () => Row[]): List<Part, Row> {
  return {
    get rows() {
      return rows();
    },
    get total() {
      return rows().length;
    },
    first: { next_page: null, page: { total: null } },
    busy: false,
    trouble: null,
    complete: true,
    counted: true,
    reach: async () => undefined,
  };
}

/** A list that is there already, and will be another one when something of it changes. */
export const whole = <Row>(rows: Row[]): List<Part, Row> => live(() => rows);
