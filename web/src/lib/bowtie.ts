/** Where the bands of a transaction's picture run. Pure: amounts in, paths out. */

export interface Band {
  side: "input" | "output" | "fee";
  place: number;
  path: string;
  middle: number;
}

export interface BowTie {
  width: number;
  height: number;
  bands: Band[];
  leftOut: { inputs: number; outputs: number };
}

const WIDTH = 720;
const WAIST = 60;
const GAP = 3;
const LEAST = 2;
const MOST = 40;

/** Bands as thick as their value, the largest `MOST` of a side; the rest is counted, never drawn over. */
export function bowTie(inputs: number[], outputs: number[], fee: number): BowTie {
  const left = largest(inputs);
  const right = largest(outputs);
  const total = Math.max(sum(outputs) + fee, 1);
  const height = Math.max(120, WAIST + 16 * Math.max(left.length, right.length + 1));
  const bands = [
    ...side("input", left, total, height),
    ...side("output", [...right, ...(fee > 0 ? [{ place: -1, value: fee }] : [])], total, height),
  ];
  return {
    width: WIDTH,
    height,
    bands,
    leftOut: { inputs: inputs.length - left.length, outputs: outputs.length - right.length },
  };
}

interface Coin {
  place: number;
  value: number;
}

function largest(values: number[]): Coin[] {
  return values
    .map((value, place) => ({ value, place }))
    .sort((a, b) => b.value - a.value || a.place - b.place)
    .slice(0, MOST)
    .sort((a, b) => a.place - b.place);
}

function side(kind: "input" | "output", coins: Coin[], total: number, height: number): Band[] {
  const thick = (coin: Coin) => Math.max(LEAST, (coin.value / total) * WAIST);
  const drawn = coins.reduce((so, coin) => so + thick(coin), 0);
  const gap = coins.length > 1 ? Math.max(GAP, (height - drawn - 10) / (coins.length - 1)) : 0;
  const spread = drawn + gap * Math.max(0, coins.length - 1);
  const scale = Math.min(1, (height - 4) / Math.max(spread, 1));
  let outer = (height - spread * scale) / 2;
  let inner = (height - drawn * scale) / 2;
  return coins.map((coin) => {
    const size = thick(coin) * scale;
    const [edge, middle] = kind === "input" ? [0, WIDTH / 2] : [WIDTH, WIDTH / 2];
    const bend = (edge + middle) / 2;
    const path =
      `M${edge} ${fix(outer)}C${bend} ${fix(outer)} ${bend} ${fix(inner)} ${middle} ${fix(inner)}` +
      `V${fix(inner + size)}C${bend} ${fix(inner + size)} ${bend} ${fix(outer + size)} ${edge} ${fix(outer + size)}Z`;
    const band: Band = {
      side: coin.place < 0 ? "fee" : kind,
      place: coin.place,
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
