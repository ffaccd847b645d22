/** A drawing as one picture to save: what it shows, its legend, and on what it rests. Pure. */

import { captions, xml, type Told } from "./file_text";
import { DASH, figureOf, fix, LEGEND, svgOpening } from "./figure";
import type { GraphEdge, GraphNode } from "./items";

const LINE = 17;
const EDGE = 30;
/** A picture is set to a page of this size in a document, about: its words must be readable then. */
const PAGE = { w: 960, h: 1280 };

export function svgText(nodes: readonly GraphNode[], edges: readonly GraphEdge[], told: Told): string {
  const { marks, box } = figureOf(nodes, edges, told);
  const lines = captions(told, nodes, edges).flatMap((text) => folded(text, 130));
  const times = Math.max(1, box.w / PAGE.w, box.h / PAGE.h);
  const width = Math.max(box.w, PAGE.w * times);
  const top = 54 * times;
  const foot = top + box.h + EDGE * times;
  const height = foot + (LINE * (lines.length + LEGEND.length + 1) + EDGE) * times;
  const legend = LEGEND.map(
    ([dash, colour, says], place) =>
      `<line x1="${EDGE}" x2="${EDGE + 60}" y1="${place * LINE}" y2="${place * LINE}" stroke="${colour}" stroke-width="2"${DASH[dash]}/>` +
      `<text x="${EDGE + 72}" y="${place * LINE + 4}">${says}</text>`,
  ).join("");
  const below = lines.map((text, place) => `<text x="${EDGE}" y="${(LEGEND.length + 1 + place) * LINE}">${xml(text)}</text>`).join("");
  return (
    `${svgOpening({ x: 0, y: 0, w: width, h: height }, width, height)}<title>${xml(told.title)}</title>` +
    `<rect width="${fix(width)}" height="${fix(height)}" fill="#fff"/>` +
    `<text x="${EDGE}" y="34" font-size="18" font-weight="700" transform="scale(${fix(times, 1000)})">${xml(told.title)}</text>` +
    `<g transform="translate(${fix((width - box.w) / 2 - box.x)} ${fix(top - box.y)})">${marks}</g>` +
    `<g transform="translate(0 ${fix(foot)}) scale(${fix(times, 1000)})">${legend}${below}</g></svg>`
  );
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
