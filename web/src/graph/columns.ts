/** What the tables of a drawing say of a node and of an edge. Their files name ids whole, and who claims what. Pure. */

import type { Column } from "../lib/table/columns.svelte";
import { words } from "../lib/trace";
import { count } from "../lib/words";
import { claimWords } from "./from_api";
import { CONCEPT, type GraphEdge, type GraphNode, type Item } from "./items";
import type { ItemWorth } from "./worth_words";

/** How a drawing is looked at, as far as its tables differ by it. */
export interface Looked {
  /** By which taint is shown; empty: none is. */
  policy: string;
  /** Empty: nothing is valued. */
  currency: string;
  worth: (one: Item) => ItemWorth | undefined;
  /** Ask what some of it was worth, and wait for it. */
  valued: (some: Item[]) => Promise<void>;
  noted: boolean;
  peeled: boolean;
  node: (id: string) => GraphNode | undefined;
  called: (one: Item) => string;
}

/** Names in backticks are for the page. */
const plain = (text: string): string => text.replaceAll("`", "");

export function nodeColumns(look: Looked): Column<GraphNode>[] {
  return [
    { id: "kind", head: "kind", narrow: true, text: (one) => CONCEPT[one.concept] },
    { id: "name", head: "name", text: (one) => one.name },
    { id: "do", head: "", narrow: true, sorts: false, files: false, text: () => "" },
    ...amounts(look),
    ...(look.policy ? carried(look.policy) : []),
    ...surely(),
    {
      id: "says",
      head: "what is said of it",
      about: "as text: with all claims",
      text: (one) => plain([...one.says, ...one.claims.map(claimWords)].join("; ")),
    },
    { id: "claim", head: "claimed to be", kind: "claim", spare: true, text: claimed("label") },
    { id: "claim_source", head: "source of the claim", kind: "claim", spare: true, text: claimed("source") },
    { id: "claim_confidence", head: "its confidence", kind: "claim", spare: true, text: claimed("confidence") },
    { id: "note", head: "note", spare: !look.noted, text: (one) => one.note },
  ];
}

export function edgeColumns(look: Looked): Column<GraphEdge>[] {
  return [
    ...end("from", look),
    ...end("to", look),
    ...amounts(look),
    ...surely(),
    { id: "says", head: "what is said of it", text: (one) => plain([one.label, one.says].filter(Boolean).join("; ")) },
    { id: "hops", head: "hops of a peel chain", number: true, spare: true, text: (one) => (one.hops ? String(one.hops.length) : "") },
    ...(look.peeled ? [{ id: "do", head: "", narrow: true, sorts: false, files: false, text: () => "" }] : []),
  ];
}

const claimed = (part: "label" | "source" | "confidence") => (one: GraphNode) => one.claims.map((claim) => claim[part]).join("; ");

/** An end of an edge: its id, which people read with what it is called in the drawing. */
function end(side: "from" | "to", look: Looked): Column<GraphEdge>[] {
  const column = (id: string, head: string, says: (end: GraphNode) => string): Column<GraphEdge> => ({
    id,
    head,
    text: (one) => {
      const end = look.node(one[side]);
      return end ? says(end) : "";
    },
  });
  const whole = column(side, side, (end) => end.name);
  const read = column(side, side, (end) => `${look.called(end)} (${end.name})`).text;
  return [{ ...column(`${side}_kind`, `kind, ${side}`, (end) => CONCEPT[end.concept]), spare: true }, { ...whole, read }];
}

function amounts<Row extends Item>(look: Looked): Column<Row>[] {
  const sat: Column<Row> = { id: "value_sat", head: "BTC", number: true, text: (one) => (one.sat === null ? "" : String(one.sat)) };
  if (!look.currency) return [sat];
  return [
    sat,
    {
      id: "worth",
      head: `${look.currency} then`,
      about: "at the time of the block; empty where there is no rate",
      number: true,
      text: (one) => look.worth(one)?.value ?? "",
      prepare: look.valued,
    },
    { id: "worth_source", head: "source of the rate", spare: true, text: (one) => sourceOf(look.worth(one)), prepare: look.valued },
  ];
}

function sourceOf(told: ItemWorth | undefined): string {
  if (!told || told.value === null) return "";
  const gaps = told.without ? [`${count(told.without)} transactions have no rate and are not in it`] : [];
  return plain([...told.sources, ...gaps].join("; "));
}

const carried = (policy: string): Column<GraphNode>[] => [
  {
    id: "carried_sat",
    head: `by ${words(policy)}, BTC`,
    about: "what a trace brings here; the file names the policy in each row",
    kind: "inference",
    number: true,
    text: (one) => String(one.carried?.[policy] ?? ""),
  },
  { id: "policy", head: "policy", spare: true, text: (one) => (one.carried?.[policy] === undefined ? "" : policy) },
];

const surely = <Row extends Item>(): Column<Row>[] => [
  { id: "time_utc", head: "block time, UTC", text: (one) => one.time ?? "" },
  { id: "certainty", head: "certainty", narrow: true, text: (one) => one.certainty },
];
