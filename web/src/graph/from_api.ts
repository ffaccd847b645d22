/** From answers of the server to items of a drawing. Pure: an answer and what is drawn in, items out. */

import type { Sat, Schemas } from "../lib/api";
import { bitcoin, count, counted, percent, short, shown, utc } from "../lib/words";
import { SIZE, type Claim, type Concept, type GraphEdge, type GraphNode, type Item, type Items, type Level } from "./items";
import { COLUMN, placed, type Box } from "./place";

export type Tx = Schemas["GraphTx"];
export type Coin = Schemas["GraphCoin"];
export type Cluster = Schemas["GraphCluster"];
export type Relation = Schemas["GraphRelation"];
export type Peel = Schemas["PeelChainView"];

export const id = {
  tx: (txid: string) => `tx ${txid}`,
  coin: (outpoint: string) => `coin ${outpoint}`,
  rest: (of: string, side: string) => `rest ${side} ${of}`,
  cluster: (label: number) => `cluster ${label}`,
  address: (name: string) => `address ${name}`,
  edge: (from: string, to: string, what = "") => `edge ${from} > ${to}${what ? ` ${what}` : ""}`,
};

/** Words for the canvas: hidden characters shown, and short. */
export const clip = (text: string, most = 26): string => {
  const safe = shown(text);
  return safe.length > most ? `${safe.slice(0, most - 1)}…` : safe;
};

const btc = (sat: Sat): string => `${bitcoin(sat).replace(/\.?0+$/, "")} BTC`;
const larger = (a: Sat, b: Sat): number => (BigInt(b) > BigInt(a) ? 1 : BigInt(b) < BigInt(a) ? -1 : 0);

/** Items that come into a drawing, each new node at a free place. */
export class Draft {
  readonly wanted = new Map<string, Item | null>();
  private readonly boxes: Box[] = [];

  constructor(
    readonly items: Items,
    private readonly level: Level,
  ) {
    for (const one of items.values()) {
      if (one.kind === "node" && one.level === level) this.boxes.push({ ...SIZE[one.concept], x: one.x, y: one.y });
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
    return node;
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

export function claimsOf(coin: Pick<Coin, "tags">, cluster: Cluster | undefined): Claim[] {
  const own = coin.tags.map((tag) => ({
    label: tag.label,
    source: tag.source,
    confidence: `${tag.confidence} (${tag.confidence_level})`,
    byCluster: false,
  }));
  return own.length ? own : clusterClaims(cluster);
}

function clusterClaims(cluster: Cluster | undefined): Claim[] {
  if (!cluster) return [];
  return cluster.claims.map((tag) => ({
    label: tag.label,
    source: tag.source,
    confidence: `${tag.confidence} (${tag.confidence_level})`,
    byCluster: true,
  }));
}

const claimLine = (claims: Claim[]): string[] =>
  claims[0] ? [clip(`said to be ${claims[0].label}`, 28)] : [];

export function claimWords(one: Claim): string {
  const how = one.byCluster ? ", of the cluster it lies in" : "";
  return `claimed to be ${shown(one.label)}${how}; source ${shown(one.source)}, confidence ${shown(one.confidence)}`;
}

function coinNode(draft: Draft, coin: Coin, maker: Tx | null, cluster: Cluster | undefined, near: { x: number; y: number }): GraphNode {
  const claims = claimsOf(coin, cluster);
  const key = id.coin(coin.outpoint);
  const old = draft.node(key);
  const time = maker?.block.time_utc ?? old?.time ?? null;
  const many = cluster && cluster.size > 1 ? ` with ${count(cluster.size - 1)} others` : ", alone";
  return draft.addNode(
    {
      id: key,
      concept: "coin",
      name: coin.outpoint,
      lines: [short(shown(coin.address), 10, 8), btc(coin.value_sat), ...claimLine(claims)],
      sat: coin.value_sat,
      time,
      certainty: claims.length ? "claim" : "fact",
      claims,
      says: [
        `${bitcoin(coin.value_sat)} BTC at ${shown(coin.address)}`,
        ...(time ? [`made ${utc(time)}`] : []),
        coin.spent_by ? "spent" : "unspent at the tip",
        `in cluster ${coin.cluster}${many}: an inference`,
        ...(cluster?.parties.length ? [`the sources disagree: ${cluster.parties.map(shown).join(" or ")}`] : []),
      ],
      maker: coin.outpoint.split(":")[0],
      spender: coin.spent_by,
      of: String(coin.cluster),
    },
    near,
  );
}

/** The coins of a side that are to be drawn: those drawn already, then the largest, change last. */
export function chosen(side: Schemas["SideCoins"], drawn: (coin: Coin) => boolean, change: string | null, more: number): Coin[] {
  const there = side.coins.filter(drawn);
  const rest = side.coins.filter((coin) => !drawn(coin));
  rest.sort((a, b) => Number(a.outpoint === change) - Number(b.outpoint === change) || larger(a.value_sat, b.value_sat));
  return [...there, ...rest.slice(0, more)];
}

/** A transaction with some of its coins on either side. */
export function addTx(
  draft: Draft,
  tx: Tx,
  clusters: ReadonlyMap<number, Cluster>,
  how: { inputs: number; outputs: number; near: { x: number; y: number } },
): void {
  const key = id.tx(tx.txid);
  const claims = claimsOf(tx, undefined);
  const node = draft.addNode(
    {
      id: key,
      concept: "transaction",
      name: tx.txid,
      lines: [short(tx.txid, 8, 6), utc(tx.block.time_utc).slice(0, 16), ...claimLine(claims)],
      sat: tx.outputs.total_sat,
      time: tx.block.time_utc,
      certainty: claims.length ? "claim" : "fact",
      claims,
      says: [
        `block ${count(tx.block.height)}, ${utc(tx.block.time_utc)}`,
        `${counted(tx.inputs.total, "input")}, ${counted(tx.outputs.total, "output")}, ${bitcoin(tx.outputs.total_sat)} BTC out`,
        `gate: ${tx.gate.verdict}${tx.gate.reasons.length ? ` (${tx.gate.reasons.join(", ")})` : ""}, an inference`,
        tx.change ? changeWords(tx.change) : "change: the rules abstain",
      ],
    },
    how.near,
  );
  for (const side of ["inputs", "outputs"] as const) {
    const way = side === "inputs" ? -1 : 1;
    const all = tx[side];
    const drawn = (coin: Coin) => draft.node(id.coin(coin.outpoint)) !== undefined;
    const coins = chosen(all, drawn, tx.change?.outpoint ?? null, how[side]);
    coins.forEach((coin, place) => {
      const at = { x: node.x + way * COLUMN, y: node.y + (place - (coins.length - 1) / 2) * 84 };
      const made = coinNode(draft, coin, side === "outputs" ? tx : null, clusters.get(coin.cluster), at);
      link(draft, tx, coin, made, side);
    });
    addRest(draft, node, tx.txid, side, all, coins);
  }
}

function link(draft: Draft, tx: Tx, coin: Coin, made: GraphNode, side: "inputs" | "outputs"): void {
  const [from, to] = side === "outputs" ? [id.tx(tx.txid), made.id] : [made.id, id.tx(tx.txid)];
  draft.addEdge({
    id: id.edge(from, to),
    from,
    to,
    certainty: "fact",
    label: "",
    sat: coin.value_sat,
    time: tx.block.time_utc,
    says: side === "outputs" ? "makes: ledger fact" : "is spent in: ledger fact",
  });
  const spender = side === "outputs" && coin.spent_by ? draft.node(id.tx(coin.spent_by)) : undefined;
  if (spender) {
    draft.addEdge({
      id: id.edge(made.id, spender.id), from: made.id, to: spender.id, certainty: "fact", label: "",
      sat: coin.value_sat, time: spender.time, says: "is spent in: ledger fact",
    });
  }
  const maker = side === "inputs" ? draft.node(id.tx(made.maker ?? "")) : undefined;
  if (maker) {
    draft.addEdge({
      id: id.edge(maker.id, made.id), from: maker.id, to: made.id, certainty: "fact", label: "",
      sat: coin.value_sat, time: maker.time, says: "makes: ledger fact",
    });
  }
  if (side === "outputs" && tx.change?.outpoint === coin.outpoint) {
    draft.addEdge({
      id: id.edge(from, to, "change"), from, to, certainty: "inference", label: changeLabel(tx.change),
      sat: coin.value_sat, time: tx.block.time_utc, says: changeWords(tx.change),
    });
  }
}

export function bound(ppm: number | null): string {
  return ppm === null ? "not measured" : `wrong ≤ ${percent(ppm)}`;
}

const changeLabel = (change: Schemas["GraphChange"]): string =>
  change.rules.length ? `change ${change.tier}, ${bound(change.bound_ppm)}` : `change ${change.tier}`;

function changeWords(change: Schemas["GraphChange"]): string {
  return `change: output ${change.outpoint.split(":")[1]}, ${change.tier}. ${change.says_error}`;
}

function addRest(draft: Draft, node: GraphNode, txid: string, side: "inputs" | "outputs", all: Schemas["SideCoins"], coins: Coin[]): void {
  const key = id.rest(txid, side);
  const left = all.total - coins.length;
  if (left <= 0) {
    if (draft.get(key)) {
      draft.drop(key);
      draft.drop(restEdge(node.id, key, side));
    }
    return;
  }
  const sat = BigInt(all.total_sat) - coins.reduce((so, coin) => so + BigInt(coin.value_sat), 0n);
  const way = side === "inputs" ? -1 : 1;
  draft.addNode(
    {
      id: key, concept: "more", name: `${side} of ${txid}`, lines: [`and ${count(left)} more`, btc(String(sat))],
      sat: String(sat), time: node.time, certainty: "fact", claims: [], of: txid, side, listed: coins.length, left,
      says: [`${counted(left, side === "inputs" ? "more input" : "more output")}, ${bitcoin(String(sat))} BTC together, ${left === 1 ? "is" : "are"} not drawn`],
    },
    { x: node.x + way * COLUMN, y: node.y + (coins.length + 1) * 42 },
  );
  const [from, to] = side === "inputs" ? [key, node.id] : [node.id, key];
  draft.addEdge({
    id: restEdge(node.id, key, side), from, to, certainty: "fact", label: "", sat: String(sat), time: node.time,
    says: "not drawn one by one",
  });
}

const restEdge = (node: string, rest: string, side: string): string =>
  side === "inputs" ? id.edge(rest, node) : id.edge(node, rest);

/** An address or a cluster with its largest counterparties: payers on the left, paid ones on the right. */
export function addRelation(draft: Draft, told: Relation, clusters: ReadonlyMap<number, Cluster>, near: { x: number; y: number }): GraphNode {
  const own = party(draft, told.name, told.cluster, told.is_cluster, clusters, near);
  let left = 0;
  let right = 0;
  for (const one of told.counterparties) {
    const pays = BigInt(one.received_sat) > BigInt(one.paid_sat);
    const place = pays ? left++ : right++;
    const at = { x: own.x + (pays ? -1.5 : 1.5) * COLUMN, y: own.y + (place % 2 ? 1 : -1) * Math.ceil(place / 2) * 84 };
    const other = party(draft, one.name, one.cluster, told.is_cluster, clusters, at);
    const when = `${one.first_utc.slice(0, 10)} to ${one.last_utc.slice(0, 10)}`;
    pay(draft, own, other, one.paid_sat, one.paid_txs, when, one.first_utc, told.is_cluster);
    pay(draft, other, own, one.received_sat, one.received_txs, when, one.first_utc, told.is_cluster);
  }
  restOfRelation(draft, own, told);
  return own;
}

function party(draft: Draft, name: string, label: number, isCluster: boolean, clusters: ReadonlyMap<number, Cluster>, near: { x: number; y: number }): GraphNode {
  const cluster = clusters.get(label);
  const claims = clusterClaims(cluster);
  const concept: Concept = isCluster ? "cluster" : "address";
  const looked = draft.node(isCluster ? id.cluster(label) : id.address(name))?.says.filter(tellsLook) ?? [];
  const size = cluster ? `${count(cluster.size)} ${cluster.size === 1 ? "address" : "addresses"}` : "";
  return draft.addNode(
    {
      id: isCluster ? id.cluster(label) : id.address(name),
      concept,
      name: isCluster ? String(label) : name,
      lines: [short(shown(name), 10, 8), isCluster ? `cluster ${label}, ${size}` : "address", ...claimLine(claims)],
      sat: null,
      time: null,
      certainty: claims.length ? "claim" : isCluster ? "inference" : "fact",
      claims,
      says: [
        isCluster ? `cluster ${label} of ${size}, an inference; its first is ${shown(name)}` : `address ${shown(name)}`,
        ...(cluster?.parties.length ? [`the sources disagree: ${cluster.parties.map(shown).join(" or ")}`] : []),
        ...looked,
      ],
      of: String(label),
    },
    near,
  );
}

function pay(draft: Draft, from: GraphNode, to: GraphNode, sat: Sat, txs: number, when: string, first: string, inferred: boolean): void {
  if (txs === 0) return;
  draft.addEdge({
    id: id.edge(from.id, to.id),
    from: from.id,
    to: to.id,
    certainty: inferred ? "inference" : "fact",
    label: `${btc(sat)} · ${count(txs)} tx${inferred ? " · T2" : ""}`,
    sat,
    time: first,
    says: inferred
      ? `${bitcoin(sat)} BTC in ${count(txs)} transactions, ${when}; rests on both clusters, T2, an inference`
      : `${bitcoin(sat)} BTC in ${count(txs)} shared transactions, ${when}; nobody says whose coins went to whom`,
  });
}

const tellsLook = (words: string): boolean => words.includes(" were looked at");

function restOfRelation(draft: Draft, own: GraphNode, told: Relation): void {
  const key = id.rest(own.id, "relations");
  const looked =
    told.stop_reason === "complete"
      ? `all of its ${count(told.transactions)} transactions were looked at`
      : `only ${count(told.transactions)} of its transactions were looked at: ${told.stop_reason}`;
  draft.wanted.set(own.id, { ...own, says: [...own.says.filter((one) => !tellsLook(one)), looked] });
  if (told.left_out <= 0) {
    if (draft.get(key)) {
      draft.drop(key);
      draft.drop(id.edge(own.id, key));
    }
    return;
  }
  draft.addNode(
    {
      id: key, concept: "more", name: `counterparties of ${own.name}`, side: "relations", of: own.id,
      lines: [`and ${count(told.left_out)} more`, told.stop_reason === "complete" ? "counterparties" : "and not all seen"],
      sat: null, time: null, certainty: "fact", claims: [], listed: told.counterparties.length, left: told.left_out,
      says: [
        `${count(told.left_out)} more: it paid them ${bitcoin(told.left_out_paid_sat)} BTC, they paid it ${bitcoin(told.left_out_received_sat)} BTC`,
        looked,
      ],
    },
    { x: own.x, y: own.y + 110 },
  );
  draft.addEdge({
    id: id.edge(own.id, key), from: own.id, to: key, certainty: "fact", label: "", sat: null, time: null,
    says: "not drawn one by one",
  });
}

/** A peel chain as one dashed edge from its first coin to its last; both must be drawn. */
export function addPeel(draft: Draft, chain: Peel, ends: [string, string]): void {
  const [from, to] = [id.coin(ends[0]), id.coin(ends[1])];
  const weakest = chain.lines.reduce((so, line) => (line.tier > so ? line.tier : so), "T0");
  draft.addEdge({
    id: id.edge(from, to, "peel"),
    from,
    to,
    certainty: "inference",
    label: `peel chain: ${count(chain.hops)} hops, ${weakest}, ${bound(chain.bound.bound_ppm)}`,
    sat: chain.end_sat,
    time: chain.lines.at(-1)?.time_utc ?? null,
    says: `${count(chain.hops)} hops that peeled off ${bitcoin(chain.paid_sat)} BTC; ended: ${chain.because}. ${chain.says_error}`,
    hops: chain.lines.map((line) => line.txid),
    folds: [],
  });
}
