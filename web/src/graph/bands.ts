/** Bands of money in layers from left to right. Pure: amounts in, places out; a band is as thick as its value. */

export interface Share {
  /** The names that a part of the money passes, layer by layer. */
  way: string[];
  sat: bigint;
}

export interface Block {
  layer: number;
  name: string;
  sat: bigint;
  x: number;
  y: number;
  h: number;
}

export interface Ribbon {
  from: Block;
  to: Block;
  sat: bigint;
  path: string;
}

export interface Bands {
  width: number;
  height: number;
  blocks: Block[];
  ribbons: Ribbon[];
}

export const BLOCK = 14;
const WIDTH = 1180;
const TALL = 320;
const GAP = 10;
const LEAST = 1;

/** All shares have the same number of layers. */
export function bandsOf(shares: readonly Share[]): Bands {
  const layers = shares[0]?.way.length ?? 0;
  const sums = Array.from({ length: layers }, (_, layer) => summed(shares, (one) => one.way[layer] ?? ""));
  const total = shares.reduce((so, one) => so + one.sat, 0n);
  const scale = total > 0n ? TALL / Number(total) : 0;
  const most = Math.max(1, ...sums.map((layer) => layer.size));
  const height = TALL + GAP * (most - 1) + 40;
  const side = 150;
  const blocks: Block[] = [];
  const at = new Map<string, Block>();
  sums.forEach((layer, place) => {
    const tall = TALL + GAP * (layer.size - 1);
    let y = (height - tall) / 2;
    const x = side + ((WIDTH - 2 * side - BLOCK) * place) / Math.max(1, layers - 1);
    for (const [name, sat] of [...layer].sort((a, b) => (b[1] > a[1] ? 1 : b[1] < a[1] ? -1 : a[0] < b[0] ? -1 : 1))) {
      const block = { layer: place, name, sat, x, y, h: Number(sat) * scale };
      blocks.push(block);
      at.set(`${place} ${name}`, block);
      y += block.h + GAP;
    }
  });
  const ribbons: Ribbon[] = [];
  const left = new Map<Block, number>();
  const right = new Map<Block, number>();
  for (let layer = 0; layer + 1 < layers; layer++) {
    const pairs = summed(shares, (one) => JSON.stringify([one.way[layer], one.way[layer + 1]]));
    const drawn = [...pairs].map(([key, sat]) => {
      const [from, to] = JSON.parse(key) as [string, string];
      return { from: at.get(`${layer} ${from}`), to: at.get(`${layer + 1} ${to}`), sat };
    });
    drawn.sort((a, b) => (a.from?.y ?? 0) - (b.from?.y ?? 0) || (a.to?.y ?? 0) - (b.to?.y ?? 0));
    for (const { from, to, sat } of drawn) {
      if (!from || !to) continue;
      const thick = Number(sat) * scale;
      const a = from.y + (left.get(from) ?? 0);
      const b = to.y + (right.get(to) ?? 0);
      left.set(from, (left.get(from) ?? 0) + thick);
      right.set(to, (right.get(to) ?? 0) + thick);
      ribbons.push({ from, to, sat, path: ribbon(from.x + BLOCK, a, to.x, b, Math.max(LEAST, thick)) });
    }
  }
  return { width: WIDTH, height, blocks, ribbons };
}

function summed(shares: readonly Share[], key: (one: Share) => string): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const one of shares) if (one.sat > 0n) sums.set(key(one), (sums.get(key(one)) ?? 0n) + one.sat);
  return sums;
}

function ribbon(x0: number, y0: number, x1: number, y1: number, thick: number): string {
  const mid = fix((x0 + x1) / 2);
  return (
    `M${fix(x0)} ${fix(y0)}C${mid} ${fix(y0)} ${mid} ${fix(y1)} ${fix(x1)} ${fix(y1)}` +
    `V${fix(y1 + thick)}C${mid} ${fix(y1 + thick)} ${mid} ${fix(y0 + thick)} ${fix(x0)} ${fix(y0 + thick)}Z`
  );
}

const fix = (value: number): string => value.toFixed(1);
