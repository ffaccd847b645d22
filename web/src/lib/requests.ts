/** A request to an exchange that nobody answered yet. */
const OPEN = new Set(["prepared", "sent", "acknowledged"]);

export function isOpen(request: { state: string }): boolean {
  return OPEN.has(request.state);
}
