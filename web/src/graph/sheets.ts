/** How a drawing goes on paper: whole where it can be read, or else cut into parts from left to right. Pure. */

import { fix, svgOpening, type Figure } from "./figure";
import type { Rect } from "./view_box";

export type Way = "portrait" | "landscape";

export interface Sheets {
  way: Way;
  /** Of the paper's pixels to those of the drawing. */
  scale: number;
  /** In reading order, column by column; none: so many that only the whole is printed, too small to be read. */
  parts: Rect[];
}

/** CSS pixels of an A4 page between its margins, with room for a heading. */
const PAGES: Record<Way, { w: number; h: number }> = { portrait: { w: 700, h: 880 }, landscape: { w: 1020, h: 610 } };
/** Labels of 11.5 pixels are 6 points high at this scale, the least that is read with ease on paper. */
const LEAST = 0.7;
/** What can be left whole is rather shown smaller than cut: its labels are at least 5 points high. */
const LEAST_WHOLE = 0.6;
/** Parts overlap by the largest box, so that each stands whole on one of them. */
const OVERLAP = { x: 190, y: 100 };
const MOST_PARTS = 60;

interface Cut {
  way: Way;
  columns: Piece[];
  rows: Piece[];
  scale: number;
}

interface Piece {
  from: number;
  size: number;
}

export function sheetsOf(box: Rect): Sheets {
  const [one, other] = [cut(box, "portrait"), cut(box, "landscape")];
  const [few, many] = [one, other].map(({ columns, rows }) => columns.length * rows.length) as [number, number];
  const { way, columns, rows, scale } = few < many || (few === many && one.scale >= other.scale) ? one : other;
  if (Math.min(few, many) > MOST_PARTS) return { way: "portrait", scale: overview(box), parts: [] };
  return { way, scale, parts: columns.flatMap((x) => rows.map((y) => ({ x: x.from, w: x.size, y: y.from, h: y.size }))) };
}

function cut(box: Rect, way: Way): Cut {
  const page = PAGES[way];
  const columns = along(box.x, box.w, page.w, OVERLAP.x);
  const rows = along(box.y, box.h, page.h, OVERLAP.y);
  const size = (of: Piece[]) => of[0]?.size ?? 1;
  return { way, columns, rows, scale: Math.min(1, page.w / size(columns), page.h / size(rows)) };
}

/** Pieces of one size, each no longer than a page. */
function along(from: number, size: number, page: number, overlap: number): Piece[] {
  const count = size <= page / LEAST_WHOLE ? 1 : Math.ceil((size - overlap) / (page / LEAST - overlap));
  const one = (size + (count - 1) * overlap) / count;
  return Array.from({ length: count }, (_, place) => ({ from: from + place * (one - overlap), size: one }));
}

const overview = (box: Rect): number => Math.min(1, PAGES.portrait.w / box.w, PAGES.portrait.h / 2 / box.h);

/** A part as a picture of its own. */
export function partSvg(figure: Figure, part: Rect, scale: number): string {
  return `${svgOpening(part, part.w * scale, part.h * scale)}${figure.marks}</svg>`;
}

/** The whole, reduced, with a numbered frame for each of its parts. */
export function overviewSvg({ marks, box }: Figure, parts: readonly Rect[]): string {
  const scale = overview(box);
  const frames = parts
    .map(
      ({ x, y, w, h }, place) =>
        `<rect x="${fix(x)}" y="${fix(y)}" width="${fix(w)}" height="${fix(h)}" fill="none" stroke="#000" stroke-width="${fix(1 / scale)}" stroke-dasharray="${fix(4 / scale)} ${fix(2 / scale)}"/>` +
        `<text x="${fix(x + w / 2)}" y="${fix(y + 13 / scale)}" text-anchor="middle" font-weight="700" font-size="${fix(12 / scale)}" stroke="#fff" stroke-width="${fix(3 / scale)}" paint-order="stroke">${place + 1}</text>`,
    )
    .join("");
  return `${svgOpening(box, box.w * scale, box.h * scale)}${marks}${frames}</svg>`;
}
