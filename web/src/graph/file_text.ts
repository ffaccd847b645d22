/** What a file of a drawing says of itself, tip, time and basis, and the drawing as GraphML. Pure. */

import { words } from "../lib/trace";
import { count, shown, utc } from "../lib/words";
import { claimWords, clip } from "./from_api";
import { CONCEPT, type GraphEdge, type GraphNode, type Item } from "./items";
import type { Basic } from "./saved";
import { fiatWords, type FiatTold } from "./worth_words";

export interface Told {
  title: string;
  level: string;
  policy: string;
  until: string | null;
  hidden: number;
  bases: Basic[];
  /** Null: no currency is chosen. */
  fiat: FiatTold | null;
  made: string;
}

// What XML 1.0 cannot hold is shown by its number, as it is everywhere else.
const XML: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const xml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, (one) => `⟨U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`)
    .replace(/[&<>"]/g, (one) => XML[one] ?? one);

/** What stands below every picture: it says what it shows, as of when, and on what it rests. */
export function captions(told: Told, nodes: readonly GraphNode[], edges: readonly GraphEdge[]): string[] {
  const filters = [
    `${told.level}: ${count(nodes.length)} nodes, ${count(edges.length)} edges`,
    told.until ? `only what was loaded up to ${utc(told.until)}, by block time` : "no filter by time",
    told.policy ? `taint by ${words(told.policy)}` : "no taint shown",
    `${count(told.hidden)} hidden`,
  ].join("; ");
  return [
    filters,
    ...(told.fiat ? [fiatWords(told.fiat)] : []),
    ...sourcesOf(nodes),
    ...told.bases.map(
      (one) =>
        `as of block ${count(one.tip_height)} (${one.tip_hash}) of ${one.network}; ${one.program}, store ${one.store_digest}` +
        (one.clusters_digest ? `, clusters ${one.clusters_digest}` : "") +
        (one.tags_digest ? `, tags ${one.tags_digest}` : ""),
    ),
    ...(told.bases.length > 1 ? ["parts of this drawing rest on different states of the chain"] : []),
    `drawn ${utc(told.made)}`,
  ];
}

const MOST_SOURCES = 20;

/** Who claims what is drawn, each once: a picture without its sources would pass claims off as facts. */
function sourcesOf(nodes: readonly GraphNode[]): string[] {
  const said = [
    ...new Set(
      nodes.flatMap((one) =>
        one.claims.map((claim) => `“${clip(claim.label, 100)}”: a claim, source ${clip(claim.source, 200)}, confidence ${shown(claim.confidence)}`),
      ),
    ),
  ].sort();
  const more = said.length - MOST_SOURCES;
  return more > 0 ? [...said.slice(0, MOST_SOURCES), `and ${count(more)} more claims; the saved drawing and GraphML have all`] : said;
}

const KEYS = [
  ["concept", "node", "string"], ["name", "node", "string"], ["says", "node", "string"], ["claims", "node", "string"],
  ["note", "node", "string"], ["carried", "node", "string"], ["x", "node", "double"], ["y", "node", "double"],
  ["certainty", "all", "string"], ["sat", "all", "string"], ["time", "all", "string"], ["label", "edge", "string"],
  ["because", "edge", "string"], ["worth", "all", "string"], ["currency", "all", "string"], ["worth_source", "all", "string"],
  ["without_rate", "all", "int"], ["basis", "graph", "string"], ["title", "graph", "string"],
] as const;

export function graphmlText(nodes: readonly GraphNode[], edges: readonly GraphEdge[], told: Told): string {
  const data = (key: string, value: string | number | null) => (value === null || value === "" ? "" : `<data key="${key}">${xml(String(value))}</data>`);
  const ids = new Map(nodes.map((one, place) => [one.id, `n${place}`]));
  const worth = (one: Item) => {
    const found = told.fiat?.of(one);
    if (!found) return "";
    return (
      data("worth", found.value) + data("currency", found.currency) + data("worth_source", found.sources.join(" and ")) +
      data("without_rate", found.without)
    );
  };
  const keys = KEYS.map(([name, of, type]) => `<key id="${name}" for="${of}" attr.name="${name}" attr.type="${type}"/>`).join("\n");
  const drawn = nodes.map(
    (one) =>
      `<node id="${ids.get(one.id)}">` +
      data("concept", CONCEPT[one.concept]) + data("name", one.name) + data("certainty", one.certainty) +
      data("says", one.says.join("; ")) + data("claims", one.claims.map(claimWords).join("; ")) + data("note", one.note) +
      data("carried", one.carried ? JSON.stringify(one.carried) : "") + data("sat", one.sat === null ? null : String(one.sat)) +
      data("time", one.time) + data("x", one.x) + data("y", one.y) + worth(one) + "</node>",
  );
  const joined = edges.map(
    (one) =>
      `<edge source="${ids.get(one.from)}" target="${ids.get(one.to)}">` +
      data("certainty", one.certainty) + data("label", one.label) + data("because", one.says) +
      data("sat", one.sat === null ? null : String(one.sat)) + data("time", one.time) + worth(one) + "</edge>",
  );
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n${keys}\n<graph edgedefault="directed">\n` +
    data("title", told.title) + data("basis", captions(told, nodes, edges).join("\n")) +
    `\n${[...drawn, ...joined].join("\n")}\n</graph>\n</graphml>\n`
  );
}
