/** Items that come into a drawing, and what they are called. */

import { SIZE, type GraphEdge, type GraphNode, type Item, type Items, type Level } from "./items";
import { placed, type Box } from "./place";

export const id = {
  tx: (txid: string) => `tx ${txid}`,
  coin: (outpoint: string) => `coin ${outpoint}`,
  rest: (of: string, side: string) => `rest ${side} ${of}`,
  cluster: (label: number) => `cluster ${label}`,
  address: (name: string) => `address ${name}`,
  edge: (from: string, to: string, what = "") => `edge ${from} > ${to}${what ? ` ${what}` : ""}`,
};

export type Side = "inputs" | "outputs";

/** Each new node comes to a free place. */
export class Draft {
  readonly wanted = new Map<string, Item | null>();
  private readonly boxes: Box[] = [];
  private readonly coins = new Map<string, Map<string, GraphNode>>();

  constructor(
    readonly items: Items,
    private readonly level: Level,
  ) {
    for (const one of items.values()) {
      if (one.kind !== "node" || one.level !== level) continue;
      this.boxes.push({ ...SIZE[one.concept], x: one.x, y: one.y });
      this.noteCoin(one);
    }
  }

  get(key: string): Item | undefined {
    const own = this.wanted.get(key);
    return own === null ? undefined : (own ?? this.items.get(key));
  }

  node(key: string): GraphNode | undefined {
    const one = this.get(key);
    return one?.kind === "node" ? one : undefined;
  }

  /** A node: where it is drawn already it keeps its place, its note and what was traced to it. */
  addNode(part: Omit<GraphNode, "kind" | "level" | "x" | "y" | "hidden" | "note" | "carried">, near: { x: number; y: number }): GraphNode {
    const old = this.node(part.id);
    const box = old ?? placed(this.boxes, { ...SIZE[part.concept], ...near });
    const node: GraphNode = {
      carried: old?.carried ?? null,
      note: old?.note ?? "",
      ...part,
      kind: "node",
      level: this.level,
      hidden: old?.hidden ?? false,
      x: box.x,
      y: box.y,
    };
    if (!old) this.boxes.push({ ...SIZE[part.concept], x: box.x, y: box.y });
    this.wanted.set(part.id, old && same(old, node) ? old : node);
    this.noteCoin(node);
    return node;
  }

  /** The coins of a side of a transaction that are drawn, whichever answer brought them. */
  coinsOf(txid: string, side: Side): GraphNode[] {
    return [...(this.coins.get(`${side} ${txid}`)?.values() ?? [])];
  }

  private noteCoin(node: GraphNode): void {
    if (node.concept !== "coin") return;
    for (const [side, txid] of [["outputs", node.maker], ["inputs", node.spender]] as const) {
      if (!txid) continue;
      const key = `${side} ${txid}`;
      if (!this.coins.has(key)) this.coins.set(key, new Map());
      this.coins.get(key)?.set(node.id, node);
    }
  }

  addEdge(part: Omit<GraphEdge, "kind" | "level" | "hidden">): void {
    const old = this.get(part.id);
    const edge: GraphEdge = { ...part, kind: "edge", level: this.level, hidden: old?.hidden ?? false };
    this.wanted.set(part.id, old && same(old, edge) ? old : edge);
  }

  drop(key: string): void {
    this.wanted.set(key, null);
  }
}

const same = (a: Item, b: Item): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const sorted = (one: Item): unknown => Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1));
