/** Requests to exchanges, by how far each is. */
import { count } from "./words";

/** Of one that nobody answered yet. */
const OPEN = new Set(["prepared", "sent", "acknowledged"]);

export function isOpen(request: { state: string }): boolean {
  return OPEN.has(request.state);
}

/** `12 prepared, 1 sent`: how many there are in each state, in the order of their first. */
export function statesOf(requests: { state: string }[]): string {
  const counts = new Map<string, number>();
  for (const { state } of requests) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, many]) => `${count(many)} ${state}`).join(", ");
}
