/** What a kept case's run went by that this server has not, told once on the page of the kept case. */

const told = new Map<string, string>();
const WHAT = { tags: "tag files", prices: "price tables" };

export function leaveOut(name: string, what: (keyof typeof WHAT)[]): void {
  if (!what.length) return;
  const files = what.map((one) => WHAT[one]).join(" and ");
  told.set(name, `It is kept. Its run went by other ${files} than this server has: say which the next one goes by.`);
}

/** What is to be told of a case; empty: nothing, or it was told. */
export function takeLeftOut(name: string): string {
  const says = told.get(name) ?? "";
  told.delete(name);
  return says;
}
