/** A list whole, though the server gives it page by page. */
import { answerOf, api, type Schemas } from "./api";

/** As many rows as a page may have. */
export const MOST_ROWS = 1_000;

interface Part {
  next_page: string | null;
}

/** Every row of a list, in its order. */
export async function every<T extends Part, R>(fetch: (page?: string) => Promise<T>, rows: (part: T) => R[]): Promise<R[]> {
  let part = await fetch();
  const found = rows(part);
  while (part.next_page !== null) {
    part = await fetch(part.next_page);
    found.push(...rows(part));
  }
  return found;
}

/** Every case of this server. */
export function everyCase(): Promise<Schemas["CaseLine"][]> {
  return every(
    (page) => answerOf(api.GET("/api/v1/cases", { params: { query: { page, limit: MOST_ROWS } } })),
    (part) => part.cases,
  );
}
