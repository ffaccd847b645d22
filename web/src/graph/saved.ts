/** Drawings as files. One that was saved is looked through before it takes the place of what is drawn. */

import type { Basis } from "../lib/api";
import type { Claim, GraphEdge, GraphNode } from "./items";
import type { Change, Saved, Step } from "./log";

export type Basic = Pick<Basis, "network" | "tip_hash" | "tip_height" | "store_digest" | "program"> & {
  clusters_digest: string | null;
  tags_digest: string | null;
};

export interface GraphFile {
  format: "cointrail-graph";
  version: 1;
  title: string;
  bases: Basic[];
  log: Saved;
}

type Is = (one: unknown) => boolean;
type Shape<T> = { [Key in keyof Required<T>]: Is };

const text: Is = (one) => typeof one === "string";
const number: Is = (one) => Number.isFinite(one);
const yesNo: Is = (one) => typeof one === "boolean";
const sat: Is = (one) => Number.isSafeInteger(one) || (typeof one === "string" && /^\d+$/.test(one));
const oneOf = (...words: unknown[]): Is => (one) => words.includes(one);
const orNull = (is: Is): Is => (one) => one === null || is(one);
const orNone = (is: Is): Is => (one) => one === undefined || one === null || is(one);
const list = (is: Is): Is => (one) => Array.isArray(one) && one.every(is);
const object = (one: unknown): one is Record<string, unknown> => typeof one === "object" && one !== null && !Array.isArray(one);
const values = (is: Is): Is => (one) => object(one) && Object.values(one).every(is);
const of = <T>(shape: Shape<T>): Is => {
  const fields = Object.entries<Is>(shape);
  return (one) => object(one) && fields.every(([name, is]) => is(one[name]));
};

const any = { id: text, level: oneOf("transactions", "relations"), certainty: oneOf("fact", "inference", "claim"), sat: orNull(sat), time: orNull(text), hidden: yesNo };
const node = of<GraphNode>({
  ...any,
  kind: oneOf("node"),
  concept: oneOf("transaction", "coin", "cluster", "address", "more"),
  x: number,
  y: number,
  name: text,
  lines: list(text),
  claims: list(of<Claim>({ label: text, source: text, confidence: text, byCluster: yesNo })),
  says: list(text),
  note: text,
  carried: orNull(values(sat)),
  maker: orNone(text),
  spender: orNone(text),
  of: orNone(text),
  side: orNone(oneOf("inputs", "outputs", "relations")),
  listed: orNone(number),
  left: orNone(number),
});
const edge = of<GraphEdge>({
  ...any,
  kind: oneOf("edge"),
  from: text,
  to: text,
  label: text,
  says: text,
  last: orNone(text),
  hops: orNone(list(text)),
  folds: orNone(list(text)),
});

const item: Is = (one) => node(one) || edge(one);
const changed = of<Change>({ id: text, before: orNull(item), after: orNull(item) });
const change: Is = (one) => changed(one) && [(one as Change).before, (one as Change).after].every((part) => part === null || part.id === (one as Change).id);
const file = of<GraphFile>({
  format: oneOf("cointrail-graph"),
  version: oneOf(1),
  title: text,
  bases: list(
    of<Basic>({
      network: text, tip_hash: text, tip_height: number, store_digest: text, program: text, clusters_digest: orNone(text), tags_digest: orNone(text),
    }),
  ),
  log: of<Saved>({ steps: list(of<Step>({ title: text, at: text, changes: list(change) })), done: number }),
});

/** The drawing of a saved file. Throws where it is none, or where a part of it is not what drawings are made of. */
export function asDrawing(saved: unknown): GraphFile {
  const { format, version } = object(saved) ? saved : {};
  if (format !== "cointrail-graph") throw new Error("this is no graph of Cointrail");
  if (version !== 1) throw new Error("this graph is of another version of Cointrail");
  if (!file(saved)) throw new Error("this saved graph is damaged");
  return saved as GraphFile;
}
