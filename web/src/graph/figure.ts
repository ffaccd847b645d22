/** The marks of a drawing as SVG, without words around them: for pictures to save and to print. Pure. */

import { claimWords } from "./from_api";
import { edgeLabelOf, labelOf, thickness, widthOf } from "./labels";
import { BENDS, bendOf, CONCEPT, SIZE, type GraphEdge, type GraphNode } from "./items";
import { linesOf, type Line, type Point } from "./lines";
import { xml, type Told } from "./file_text";
import { boxOf, type Rect } from "./view_box";

export const INK = "#1b1f24";
const SOFT = "#565d66";
const INFERENCE = "#7a4b00";
const CLAIM = "#5b2a86";
/** Round the outermost boxes, for lines that are bent. */
const ROUND = 40;
/** From one line of a box to the next, and the most that a box grows by for its lines: half of it lies in the gap above. */
const PITCH = 14;
const GROWS = 16;
/** Pixels of letters: in boxes, and in labels of edges. */
const LETTERS = 11.5;
const SMALL = 10.5;

export const LEGEND = [
  ["solid", INK, "ledger fact"],
  ["dashed", INFERENCE, "inference, with its tier and how often it may be wrong"],
  ["dotted", CLAIM, "somebody's claim, with source"],
] as const;

export const DASH = { solid: "", dashed: ' stroke-dasharray="7 4"', dotted: ' stroke-dasharray="2 3"' };

export interface Figure {
  marks: string;
  /** What they cover. */
  box: Rect;
}

export function figureOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[], told: Told): Figure {
  const at = new Map(nodes.map((one) => [one.id, one]));
  const says = new Map(nodes.map((one) => [one.id, labelOf(one, told.policy, told.fiat?.of).split("\n")]));
  const high = (one: GraphNode) => highOf(one, says.get(one.id)?.length ?? 0);
  const label = (one: GraphEdge) => edgeLabelOf(one, (id) => at.get(id), told.fiat?.of);
  const runs = linesOf(edges, (id) => at.get(id), (one) => widthOf(label(one)));
  const lined = edges.map((one) => edgeSvg(one, at, high, label(one), runs.get(one.id)));
  const drawnNodes = nodes.map((one) => nodeSvg(one, says.get(one.id) ?? [], high(one)));
  const { x, y, w, h } = boxOf(nodes);
  const heights = lined.flatMap((one) => (one.middle ? [one.middle.y] : []));
  const top = heights.reduce((least, one) => Math.min(least, one), y);
  const bottom = heights.reduce((most, one) => Math.max(most, one), y + h);
  return {
    marks: [...lined.map((one) => one.line), ...lined.map((one) => one.label), ...drawnNodes].join(""),
    box: { x: x - ROUND, y: top - ROUND, w: w + 2 * ROUND, h: bottom - top + 2 * ROUND },
  };
}

/** The opening of a picture of some size that shows a part of a drawing. */
export const svgOpening = (part: Rect, width: number, height: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${fix(width)}" height="${fix(height)}" viewBox="${[part.x, part.y, part.w, part.h].map((one) => fix(one)).join(" ")}" ` +
  `font-family="Noto Sans, sans-serif" font-size="12" fill="${INK}">`;

/** A box that holds its lines; on the canvas it has one size, and lines may stand on its border. */
const highOf = (one: GraphNode, lines: number): number =>
  Math.max(SIZE[one.concept].h, Math.min(SIZE[one.concept].h + GROWS, lines * PITCH + 10));

const PAINT = {
  fact: { stroke: SOFT, dash: "" },
  inference: { stroke: INFERENCE, dash: DASH.dashed },
  claim: { stroke: CLAIM, dash: DASH.dotted },
};

function nodeSvg(one: GraphNode, lines: readonly string[], h: number): string {
  const { w } = SIZE[one.concept];
  const paint = PAINT[one.certainty];
  const pitch = Math.min(PITCH, (h - 6) / lines.length);
  const first = one.y - ((lines.length - 1) * pitch) / 2 + 4;
  const round = one.concept === "transaction" ? 0 : 8;
  const fill = one.concept === "transaction" ? "#f0f2f4" : "#fff";
  const texts = lines.map((text, place) => `<text x="${fix(one.x)}" y="${fix(first + place * pitch)}" text-anchor="middle" font-size="${LETTERS}">${xml(text)}</text>`).join("");
  return (
    `<g><title>${xml([`${CONCEPT[one.concept]} ${one.name}`, ...one.says, ...one.claims.map(claimWords), one.note].filter(Boolean).join("; "))}</title>` +
    `<rect x="${fix(one.x - w / 2)}" y="${fix(one.y - h / 2)}" width="${w}" height="${h}" rx="${round}" fill="${fill}" stroke="${paint.stroke}" stroke-width="${one.certainty === "claim" ? 3 : 1.5}"${paint.dash}/>${texts}</g>`
  );
}

/** An edge and its label: labels are drawn after all edges, so that none crosses them out. */
interface Marks {
  line: string;
  label: string;
  /** The middle of its label. */
  middle?: Point;
}

function edgeSvg(one: GraphEdge, at: ReadonlyMap<string, GraphNode>, high: (one: GraphNode) => number, says: string, run?: Line): Marks {
  const from = at.get(one.from);
  const to = at.get(one.to);
  if (!from || !to) return { line: "", label: "" };
  const { a, b, mid, way, middle, apart } = run ? angled(run) : bent(one, border(from, to, high(from)), border(to, from, high(to)));
  const turn = Math.atan2(b.y - mid.y, b.x - mid.x);
  const wing = (by: number) => `${fix(b.x - 10 * Math.cos(turn + by))} ${fix(b.y - 10 * Math.sin(turn + by))}`;
  const paint = PAINT[one.certainty];
  const lines = says.split("\n").filter(Boolean);
  const label = lines
    .map((text, line) => labelSvg(text, middle.x, middle.y + (line - (lines.length - 1) / 2) * apart))
    .join("");
  const line =
    `<g><title>${xml(one.says)}</title><path d="${way}" fill="none" stroke="${paint.stroke}" stroke-width="${fix(thickness(one.sat))}"${paint.dash}/>` +
    `<path d="M${fix(b.x)} ${fix(b.y)}L${wing(0.4)}L${wing(-0.4)}Z" fill="${paint.stroke}"/></g>`;
  return { line, label, middle };
}

/** One line of a label, on a ground that hides thick lines behind it. */
function labelSvg(text: string, x: number, y: number): string {
  const wide = widthOf(text) * (SMALL / LETTERS);
  return (
    `<rect x="${fix(x - wide / 2)}" y="${fix(y - 6)}" width="${fix(wide)}" height="12" fill="#fff" fill-opacity="0.85"/>` +
    `<text x="${fix(x)}" y="${fix(y + 4)}" text-anchor="middle" font-size="${SMALL}" stroke="#fff" stroke-width="3" paint-order="stroke">${xml(text)}</text>`
  );
}

/** How an edge goes: its ends, what its arrow points away from, its path, and the middle of its label. */
interface Drawn {
  a: Point;
  b: Point;
  mid: Point;
  way: string;
  middle: Point;
  /** Between the lines of its label, of which one may stand above it and one below. */
  apart: number;
}

function angled({ from, to, corner, label }: Line): Drawn {
  const way = [from, ...(corner ? [corner] : []), to].map((one) => `${fix(one.x)} ${fix(one.y)}`).join("L");
  return { a: from, b: to, mid: corner ?? from, way: `M${way}`, middle: label, apart: corner ? 21 : 13 };
}

/** Bent to one side, as inferences are; facts are straight. */
function bent(one: GraphEdge, a: Point, b: Point): Drawn {
  const bend = BENDS[bendOf(one)];
  const long = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const mid = { x: (a.x + b.x) / 2 - ((b.y - a.y) / long) * bend, y: (a.y + b.y) / 2 + ((b.x - a.x) / long) * bend };
  return {
    a, b, mid, way: `M${fix(a.x)} ${fix(a.y)}Q${fix(mid.x)} ${fix(mid.y)} ${fix(b.x)} ${fix(b.y)}`,
    middle: { x: (mid.x + (a.x + b.x) / 2) / 2, y: (mid.y + (a.y + b.y) / 2) / 2 }, apart: 13,
  };
}

/** Where the line between two middles leaves the first box. */
function border(one: GraphNode, other: GraphNode, h: number): Point {
  const { w } = SIZE[one.concept];
  const [dx, dy] = [other.x - one.x, other.y - one.y];
  if (dx === 0 && dy === 0) return one;
  const part = Math.min(w / 2 / Math.abs(dx || 1e-9), h / 2 / Math.abs(dy || 1e-9), 1);
  return { x: one.x + dx * part, y: one.y + dy * part };
}

export const fix = (value: number, parts = 10): string => String(Math.round(value * parts) / parts);
