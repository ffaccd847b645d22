/** A list that is fetched page by page, by the tokens that the server gives. */

interface Part {
  next_page: string | null;
}

export class Listing<T extends Part> {
  parts = $state.raw<T[]>([]);
  busy = $state(false);
  trouble = $state<unknown>(null);

  constructor(private readonly fetch: (page?: string) => Promise<T>) {
    void this.more();
  }

  get last(): T | undefined {
    return this.parts.at(-1);
  }

  get complete(): boolean {
    return this.last !== undefined && this.last.next_page === null;
  }

  async more(): Promise<void> {
    if (this.busy || this.complete) return;
    this.busy = true;
    this.trouble = null;
    try {
      this.parts = [...this.parts, await this.fetch(this.last?.next_page ?? undefined)];
    } catch (error) {
      this.trouble = error;
    }
    this.busy = false;
  }
}
