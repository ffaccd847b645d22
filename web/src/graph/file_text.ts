/** The drawing as files: SVG and GraphML, each with the tip, the time and the basis in it. Pure. */

import { count, utc } from "../lib/words";
import { labelOf, thickness } from "./labels";
import { claimWords } from "./from_api";
import { CONCEPT, isLong, LONG_BEND, SIZE, type GraphEdge, type GraphNode } from "./items";
import type { Basic } from "./session.svelte";

export interface Told {
  title: string;
  level: string;
  policy: string;
  until: string | null;
  hidden: number;
  bases: Basic[];
  made: string;
}

const INK = "#1b1f24";
const SOFT = "#565d66";
const INFERENCE = "#7a4b00";
const CLAIM = "#5b2a86";
const LINE = 17;
const EDGE = 30;

// What XML 1.0 cannot hold is shown by its number, as it is everywhere else.
const XML: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const xml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, (one) => `⟨U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`)
    .replace(/[&<>"]/g, (one) => XML[one] ?? one);

/** What stands below every picture: it says what it shows, as of when, and on what it rests. */
export function captions(told: Told, nodes: number, edges: number): string[] {
  const filters = [
    `${told.level}: ${count(nodes)} nodes, ${count(edges)} edges`,
    told.until ? `only what was loaded up to ${utc(told.until)}, by block time` : "no filter by time",
    told.policy ? `taint by ${told.policy}` : "no taint shown",
    `${count(told.hidden)} hidden`,
  ].join("; ");
  return [
    filters,
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

const LEGEND = [
  ["solid", INK, "ledger fact"],
  ["dashed", INFERENCE, "inference, with its tier and how often it may be wrong"],
  ["dotted", CLAIM, "somebody's claim, with source"],
] as const;

const DASH = { solid: "", dashed: ' stroke-dasharray="7 4"', dotted: ' stroke-dasharray="2 3"' };

export function svgText(nodes: readonly GraphNode[], edges: readonly GraphEdge[], told: Told): string {
  const lines = captions(told, nodes.length, edges.length).flatMap((text) => folded(text, 130));
  const box = bounds(nodes);
  const width = Math.max(box.w + 2 * EDGE, 960);
  const top = 54;
  const foot = top + box.h + 2 * EDGE;
  const height = foot + LINE * (lines.length + LEGEND.length + 2) + EDGE;
  const at = new Map(nodes.map((one) => [one.id, one]));
  const dx = (width - box.w) / 2 - box.x;
  const dy = top + EDGE - box.y;
  const drawnEdges = edges.map((one) => edgeSvg(one, at)).join("");
  const drawnNodes = nodes.map((one) => nodeSvg(one, told.policy)).join("");
  const legend = LEGEND.map(
    ([dash, colour, says], place) =>
      `<line x1="${EDGE}" x2="${EDGE + 60}" y1="${foot + place * LINE}" y2="${foot + place * LINE}" stroke="${colour}" stroke-width="2"${DASH[dash]}/>` +
      `<text x="${EDGE + 72}" y="${foot + place * LINE + 4}">${says}</text>`,
  ).join("");
  const foottexts = lines.map((text, place) => `<text x="${EDGE}" y="${foot + (LEGEND.length + 1 + place) * LINE}">${xml(text)}</text>`).join("");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Noto Sans, sans-serif" font-size="12" fill="${INK}">` +
    `<title>${xml(told.title)}</title><rect width="${width}" height="${height}" fill="#fff"/>` +
    `<text x="${EDGE}" y="34" font-size="18" font-weight="700">${xml(told.title)}</text>` +
    `<g transform="translate(${fix(dx)} ${fix(dy)})">${drawnEdges}${drawnNodes}</g>${legend}${foottexts}</svg>`
  );
}

function bounds(nodes: readonly GraphNode[]): { x: number; y: number; w: number; h: number } {
  if (!nodes.length) return { x: 0, y: 0, w: 0, h: 0 };
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const one of nodes) {
    const { w, h } = SIZE[one.concept];
    left = Math.min(left, one.x - w / 2);
    right = Math.max(right, one.x + w / 2);
    top = Math.min(top, one.y - h / 2);
    bottom = Math.max(bottom, one.y + h / 2);
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}

const PAINT = {
  fact: { stroke: SOFT, dash: "" },
  inference: { stroke: INFERENCE, dash: DASH.dashed },
  claim: { stroke: CLAIM, dash: DASH.dotted },
};

function nodeSvg(one: GraphNode, policy: string): string {
  const { w, h } = SIZE[one.concept];
  const paint = PAINT[one.certainty];
  const lines = labelOf(one, policy).split("\n");
  const first = one.y - ((lines.length - 1) * 14) / 2 + 4;
  const round = one.concept === "transaction" ? 0 : 8;
  const fill = one.concept === "transaction" ? "#f0f2f4" : "#fff";
  const texts = lines.map((text, place) => `<text x="${fix(one.x)}" y="${fix(first + place * 14)}" text-anchor="middle" font-size="11.5">${xml(text)}</text>`).join("");
  return (
    `<g><title>${xml([`${CONCEPT[one.concept]} ${one.name}`, ...one.says, ...one.claims.map(claimWords), one.note].filter(Boolean).join("; "))}</title>` +
    `<rect x="${fix(one.x - w / 2)}" y="${fix(one.y - h / 2)}" width="${w}" height="${h}" rx="${round}" fill="${fill}" stroke="${paint.stroke}" stroke-width="${one.certainty === "claim" ? 3 : 1.5}"${paint.dash}/>${texts}</g>`
  );
}

function edgeSvg(one: GraphEdge, at: ReadonlyMap<string, GraphNode>): string {
  const from = at.get(one.from);
  const to = at.get(one.to);
  if (!from || !to) return "";
  const a = border(from, to);
  const b = border(to, from);
  const bend = isLong(one) ? -LONG_BEND : one.certainty === "inference" ? 34 : 0;
  const long = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const mid = { x: (a.x + b.x) / 2 - ((b.y - a.y) / long) * bend, y: (a.y + b.y) / 2 + ((b.x - a.x) / long) * bend };
  const turn = Math.atan2(b.y - mid.y, b.x - mid.x);
  const wing = (by: number) => `${fix(b.x - 10 * Math.cos(turn + by))} ${fix(b.y - 10 * Math.sin(turn + by))}`;
  const paint = PAINT[one.certainty];
  const label = one.label
    ? `<text x="${fix((mid.x + (a.x + b.x) / 2) / 2)}" y="${fix((mid.y + (a.y + b.y) / 2) / 2)}" text-anchor="middle" font-size="10.5" stroke="#fff" stroke-width="3" paint-order="stroke">${xml(one.label)}</text>`
    : "";
  return (
    `<g><title>${xml(one.says)}</title><path d="M${fix(a.x)} ${fix(a.y)}Q${fix(mid.x)} ${fix(mid.y)} ${fix(b.x)} ${fix(b.y)}" fill="none" stroke="${paint.stroke}" stroke-width="${fix(thickness(one.sat))}"${paint.dash}/>` +
    `<path d="M${fix(b.x)} ${fix(b.y)}L${wing(0.4)}L${wing(-0.4)}Z" fill="${paint.stroke}"/>${label}</g>`
  );
}

/** Where the line between two middles leaves the first box. */
function border(one: GraphNode, other: GraphNode): { x: number; y: number } {
  const { w, h } = SIZE[one.concept];
  const [dx, dy] = [other.x - one.x, other.y - one.y];
  if (dx === 0 && dy === 0) return one;
  const part = Math.min(w / 2 / Math.abs(dx || 1e-9), h / 2 / Math.abs(dy || 1e-9), 1);
  return { x: one.x + dx * part, y: one.y + dy * part };
}

function folded(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + word.length + 1 > most) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

const fix = (value: number): string => String(Math.round(value * 10) / 10);

const KEYS = [
  ["concept", "node", "string"], ["name", "node", "string"], ["says", "node", "string"], ["claims", "node", "string"],
  ["note", "node", "string"], ["carried", "node", "string"], ["x", "node", "double"], ["y", "node", "double"],
  ["certainty", "all", "string"], ["sat", "all", "string"], ["time", "all", "string"], ["label", "edge", "string"],
  ["because", "edge", "string"], ["basis", "graph", "string"], ["title", "graph", "string"],
] as const;

export function graphmlText(nodes: readonly GraphNode[], edges: readonly GraphEdge[], told: Told): string {
  const data = (key: string, value: string | number | null) => (value === null || value === "" ? "" : `<data key="${key}">${xml(String(value))}</data>`);
  const ids = new Map(nodes.map((one, place) => [one.id, `n${place}`]));
  const keys = KEYS.map(([name, of, type]) => `<key id="${name}" for="${of}" attr.name="${name}" attr.type="${type}"/>`).join("\n");
  const drawn = nodes.map(
    (one) =>
      `<node id="${ids.get(one.id)}">` +
      data("concept", CONCEPT[one.concept]) + data("name", one.name) + data("certainty", one.certainty) +
      data("says", one.says.join("; ")) + data("claims", one.claims.map(claimWords).join("; ")) + data("note", one.note) +
      data("carried", one.carried ? JSON.stringify(one.carried) : "") + data("sat", one.sat === null ? null : String(one.sat)) +
      data("time", one.time) + data("x", one.x) + data("y", one.y) + "</node>",
  );
  const joined = edges.map(
    (one) =>
      `<edge source="${ids.get(one.from)}" target="${ids.get(one.to)}">` +
      data("certainty", one.certainty) + data("label", one.label) + data("because", one.says) +
      data("sat", one.sat === null ? null : String(one.sat)) + data("time", one.time) + "</edge>",
  );
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n${keys}\n<graph edgedefault="directed">\n` +
    data("title", told.title) + data("basis", captions(told, nodes.length, edges.length).join("\n")) +
    `\n${[...drawn, ...joined].join("\n")}\n</graph>\n</graphml>\n`
  );
}
