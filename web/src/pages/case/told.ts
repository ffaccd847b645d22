/** What an entry of a journal says, in one line. */
import { count } from "../../lib/words";

interface Said {
  seq: number;
  action: string;
  content: Record<string, unknown>;
}

const MOST = 300;

const text = (value: unknown): string => (value === null || value === undefined ? "" : String(value));
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const TELL: Record<string, (what: Record<string, unknown>) => string> = {
  "case.open": (what) => `${text(what.reference)}, ${text(what.legal_basis)}`,
  "case.terms": (what) => `by ${list(what.policies).join(" and ")}${what.currency ? `, valued in ${text(what.currency)}` : ""}`,
  "seeds.add": (what) => `${count(list(what.seeds).length)}: ${list(what.seeds).map((one) => text((one as { text: string }).text)).join(", ")}`,
  "note.add": (what) => text(what.text),
  "judgement.add": (what) => `${text(what.kind).replace("_", " ")}: ${[...list(what.addresses), what.txid, what.withdraws].filter(Boolean).join(" and ")}, as ${text(what.why)}`,
  "drawing.add": (what) => `${text(what.name)}, ${count(Number(what.size))} bytes; ${text(what.note)}`,
  "document.add": (what) => `${text(what.name)}, ${count(Number(what.size))} bytes; ${text(what.note)}`,
  "deadline.add": (what) => `${text(what.title)}, due ${text(what.due)}`,
  "deadline.done": (what) => `number ${text(what.deadline)}${what.note ? `: ${text(what.note)}` : ""}`,
  "request.add": (what) => `${text(what.kind)} from ${text(what.exchange)}, ${text(what.jurisdiction)}`,
  "request.status": (what) => `number ${text(what.request)}: ${text(what.state)} on ${text(what.on)}${what.note ? `, ${text(what.note)}` : ""}`,
  "answer.add": (what) => `to request ${text(what.request)}, with ${text(what.accounts)} accounts, which are private`,
  "exhibit.add": (what) => text(what.title),
  "finding.add": (what) => `${text(what.kind)}: ${text(what.text)} (${list(what.exhibits).length === 1 ? "exhibit" : "exhibits"} ${list(what.exhibits).join(", ")})`,
  "output.add": (what) => `${text(what.kind)} ${text(what.name)}`,
  undo: (what) => `number ${text(what.entry)}`,
};

/** The entry's content for a reader; long lists end with an ellipsis, the whole stands beside them. */
export function told(entry: Said): string {
  const whole = TELL[entry.action]?.(entry.content) ?? "";
  return whole.length > MOST ? `${whole.slice(0, MOST)}…` : whole;
}
