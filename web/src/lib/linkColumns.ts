/** What tables say of a link: its rule, its tier, how often it may be wrong, and what it joins by which transaction. */

import type { Schemas } from "./api";
import type { Column } from "./table/columns.svelte";

interface OfLink {
  link: Schemas["LinkLine"];
}

type Name = "txid" | "from" | "to" | "rule" | "tier" | "bound_ppm";

/** A column of a link, for lists of whatever has one. */
export function linkColumn<Row extends OfLink>(id: Name): Column<Row> {
  return { id, ...COLUMNS[id] };
}

const COLUMNS: Record<Name, Omit<Column<OfLink>, "id">> = {
  txid: { head: "transaction", about: "empty: a judgement makes the link", text: ({ link }) => link.txid ?? "" },
  from: { head: "from", text: ({ link }) => link.from_name },
  to: { head: "to", text: ({ link }) => link.to_name },
  rule: { head: "rule", kind: "inference", text: ({ link }) => link.rule },
  tier: { head: "tier", narrow: true, kind: "inference", text: ({ link }) => link.tier ?? "" },
  bound_ppm: {
    head: "wrong at most",
    about: "as text: parts per million; empty: not measured",
    kind: "inference",
    number: true,
    text: ({ link }) => (link.bound_ppm === null ? "" : String(link.bound_ppm)),
  },
};
