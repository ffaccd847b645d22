/** Where the bands of a transaction's picture run. Pure: amounts in, paths out. */

export interface Band {
  side: "input" | "output" | "fee";
  /** In the list of its side; `FEE` or `REST` where it stands for no single one. */
  place: number;
  /** How many it stands for. */
  many: number;
  path: string;
  middle: number;
}

export interface BowTie {
  width: number;
  height: number;
  bands: Band[];
  grouped: { inputs: number; outputs: number };
}

export const FEE = -1;
export const REST = -2;

export interface Room {
  /** Of the bands alone, without what stands beside them. */
  width: number;
  /** Height that the words beside one band take. */
  words: number;
}

const WIDE: Room = { width: 720, words: 16 };
const WAIST = 60;
const GAP = 3;
const LEAST = 2;
/** Bands of a side before somebody asks for all. */
export const MOST = 40;

/** Bands as thick as their value, the largest `most` of a side; one band stands for all the others. */
export function bowTie(inputs: number[], outputs: number[], fee: number, most = MOST, room = WIDE): BowTie {
  const left = largest(inputs, most);
  const right = largest(outputs, most);
  const total = Math.max(sum(outputs) + fee, 1);
  const height = Math.max(120, WAIST + room.words * Math.max(left.length, right.length + 1));
  const bands = [
    ...side("input", left, total, room.width, height),
    ...side("output", [...right, ...(fee > 0 ? [{ place: FEE, value: fee, many: 1 }] : [])], total, room.width, height),
  ];
  return {
    width: room.width,
    height,
    bands,
    grouped: { inputs: grouped(left), outputs: grouped(right) },
  };
}

interface Coin {
  place: number;
  value: number;
  many: number;
}

function largest(values: number[], most: number): Coin[] {
  const all = values.map((value, place) => ({ value, place, many: 1 }));
  if (all.length <= most + 1) return all; // a band for one other would say less than that one's own
  all.sort((a, b) => b.value - a.value || a.place - b.place);
  const rest = all.splice(most);
  all.sort((a, b) => a.place - b.place);
  return [...all, { place: REST, value: sum(rest.map((one) => one.value)), many: rest.length }];
}

function grouped(coins: Coin[]): number {
  return coins.find((coin) => coin.place === REST)?.many ?? 0;
}

function side(kind: "input" | "output", coins: Coin[], total: number, width: number, height: number): Band[] {
  const thick = (coin: Coin) => Math.max(LEAST, (coin.value / total) * WAIST);
  const drawn = coins.reduce((so, coin) => so + thick(coin), 0);
  const gap = coins.length > 1 ? Math.max(GAP, (height - drawn - 10) / (coins.length - 1)) : 0;
  const spread = drawn + gap * Math.max(0, coins.length - 1);
  const scale = Math.min(1, (height - 4) / Math.max(spread, 1));
  let outer = (height - spread * scale) / 2;
  let inner = (height - drawn * scale) / 2;
  return coins.map((coin) => {
    const size = thick(coin) * scale;
    const [edge, middle] = kind === "input" ? [0, width / 2] : [width, width / 2];
    const bend = (edge + middle) / 2;
    const path =
      `M${edge} ${fix(outer)}C${bend} ${fix(outer)} ${bend} ${fix(inner)} ${middle} ${fix(inner)}` +
      `V${fix(inner + size)}C${bend} ${fix(inner + size)} ${bend} ${fix(outer + size)} ${edge} ${fix(outer + size)}Z`;
    const band: Band = {
      side: coin.place === FEE ? "fee" : kind,
      place: coin.place,
      many: coin.many,
      path,
      middle: outer + size / 2,
    };
    outer += size + gap * scale;
    inner += size;
    return band;
  });
}

function sum(values: number[]): number {
  return values.reduce((so, value) => so + value, 0);
}

function fix(value: number): string {
  return value.toFixed(2);
}
