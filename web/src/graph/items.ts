/** What a drawing holds. Items are values: a change puts a new one in place of the old. */

import type { Sat } from "../lib/api";
import { btc } from "../lib/words";

export type Level = "transactions" | "relations";
export type Concept = "transaction" | "coin" | "cluster" | "address" | "more";
/** Ledger facts are solid, inferences dashed; what somebody claims is dotted. */
export type Certainty = "fact" | "inference" | "claim";

export interface Claim {
  label: string;
  source: string;
  confidence: string;
  /** It is about the cluster that a thing lies in: the claim and the cluster must both hold. */
  byCluster: boolean;
}

export interface GraphNode {
  kind: "node";
  id: string;
  level: Level;
  concept: Concept;
  x: number;
  y: number;
  /** A transaction id, an outpoint, an address, the label of a cluster. */
  name: string;
  lines: string[];
  sat: Sat | null;
  time: string | null;
  certainty: Certainty;
  claims: Claim[];
  /** Facts in words, for the panel and the table. */
  says: string[];
  hidden: boolean;
  note: string;
  /** By policy, what a trace brings here. */
  carried: Record<string, Sat> | null;
  /** Of a coin: makes and spends it. Of the rest: whose rest it is. */
  maker?: string;
  spender?: string | null;
  of?: string;
  side?: "inputs" | "outputs" | "relations";
  listed?: number;
  left?: number;
}

/** Between the parts of a label. */
export const DOT = " · ";

export interface GraphEdge {
  kind: "edge";
  id: string;
  level: Level;
  from: string;
  to: string;
  certainty: Certainty;
  /** Of a relation in parts: the amount, how many transactions, what it rests on. */
  label: string;
  sat: Sat | null;
  time: string | null;
  /** Of a sum over time, which began at `time`: the last that is in it. */
  last?: string;
  says: string;
  hidden: boolean;
  /** Of a peel chain that this edge stands for: its transactions. */
  hops?: string[];
  /** What was drawn when it was opened, and is hidden while it is closed. */
  folds?: string[];
}

export type Item = GraphNode | GraphEdge;
export type Items = ReadonlyMap<string, Item>;

export const SIZE: Record<Concept, { w: number; h: number }> = {
  transaction: { w: 150, h: 48 },
  coin: { w: 176, h: 64 },
  cluster: { w: 184, h: 64 },
  address: { w: 184, h: 64 },
  more: { w: 150, h: 40 },
};

export const CONCEPT: Record<Concept, string> = {
  transaction: "transaction",
  coin: "output",
  cluster: "cluster",
  address: "address",
  more: "not drawn",
};

export const isNode = (one: Item | undefined): one is GraphNode => one?.kind === "node";
export const isEdge = (one: Item | undefined): one is GraphEdge => one?.kind === "edge";

/** How far edges are bent: inferences a little, and those that stand for a whole way clear of what lies on it. */
export const BENDS = { none: 0, change: 34, way: -110, said: -240 } as const;

export function bendOf(one: GraphEdge): keyof typeof BENDS {
  if (one.certainty !== "inference") return "none";
  if (one.level !== "transactions" || one.id.endsWith(" change")) return "change";
  return one.id.endsWith(" said") ? "said" : "way";
}

/** What is looked at: a level, and the last block time that counts; null counts all. */
export interface Look {
  level: Level;
  until: string | null;
}

const seen = (one: Item, look: Look): boolean =>
  one.level === look.level && !one.hidden && (look.until === null || one.time === null || one.time <= look.until);

/** The items that are drawn: an edge only with both of its ends. */
export function visible(items: Items, look: Look): { nodes: GraphNode[]; edges: GraphEdge[] } {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const there = new Set<string>();
  for (const one of items.values()) {
    if (isNode(one) && seen(one, look)) {
      nodes.push(one);
      there.add(one.id);
    }
  }
  for (const one of items.values()) {
    if (isEdge(one) && seen(one, look) && there.has(one.from) && there.has(one.to)) edges.push(asOf(one, look.until));
  }
  return { nodes, edges };
}

/** A sum that goes on after the date is no sum of what was paid by then: only that it was no more is known. */
function asOf(one: GraphEdge, until: string | null): GraphEdge {
  if (until === null || one.last === undefined || one.last <= until || one.sat === null) return one;
  const whole = `${btc(one.sat)} up to ${one.last.slice(0, 10)}`;
  const rests = one.label.split(DOT).slice(2);
  return { ...one, sat: null, label: ["by then no more than", whole, ...rests].join(DOT), says: `by then no more than ${whole}. Of all of it: ${one.says}` };
}

/** First and last block time of what is loaded at a level; null when nothing there has one. */
export function timesOf(items: Items, level: Level): [string, string] | null {
  let first = "";
  let last = "";
  for (const one of items.values()) {
    if (one.level !== level || one.time === null) continue;
    if (!first || one.time < first) first = one.time;
    const end = (isEdge(one) ? one.last : undefined) ?? one.time;
    if (end > last) last = end;
  }
  return first ? [first, last] : null;
}
