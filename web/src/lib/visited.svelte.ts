/** The kept case that was looked at last: what is put on a case goes there, unless another is chosen. */
import type { Schemas } from "./api";

export const current = $state({ case: "" });

/** That case, or the only one; empty where it is for the user to say. */
export function pick(cases: Schemas["CaseLine"][]): string {
  if (cases.some((one) => one.name === current.case)) return current.case;
  return cases.length === 1 ? (cases[0]?.name ?? "") : "";
}
