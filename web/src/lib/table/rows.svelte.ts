/** The rows of a list, fetched page by page as far as somebody looks. */
import { Failure } from "../api";

interface Part {
  next_page: string | null;
  page: { total: number | null };
  basis?: { tip_hash: string };
}

/** Rows of the first page, and of the others: the server's own most. */
const FIRST = 100;
const NEXT = 1_000;

export class Rows<P extends Part, Row> {
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

  /** Rows of the list; as many as are known of where nobody counted. */
  get total(): number {
    return this.first?.page.total ?? this.rows.length;
  }

  get counted(): boolean {
    return this.complete || (this.first !== undefined && this.first.page.total !== null);
  }

  /** Fetch until so many rows are there, or all. The last who asks decides how many. */
  async reach(count: number): Promise<void> {
    this.wanted = count;
    this.fetching ??= this.run().finally(() => (this.fetching = null));
    await this.fetching;
  }

  private async run(): Promise<void> {
    this.busy = true;
    this.trouble = null;
    try {
      while (this.rows.length < this.wanted && !this.complete) {
        const last = this.parts.at(-1);
        const part = await this.fetch(last?.next_page ?? undefined, last ? NEXT : FIRST);
        if (this.first?.basis && part.basis?.tip_hash !== this.first.basis.tip_hash) throw moved();
        this.parts = [...this.parts, part];
        this.rows = [...this.rows, ...this.take(part)];
      }
    } catch (error) {
      this.trouble = error;
    }
    this.busy = false;
  }
}

function moved(): Failure {
  return new Failure(
    409,
    "The chain moved on",
    "The rest of this list would be of another state of the chain than what is shown.",
    "load the page anew",
  );
}

/** A list that is there already. */
export function whole<Row>(rows: Row[]): Rows<{ next_page: null; page: { total: number } }, Row> {
  return new Rows(async () => ({ next_page: null, page: { total: rows.length } }), () => rows);
}
