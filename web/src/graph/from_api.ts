/** From answers of the server to items of a drawing. Pure: an answer and what is drawn in, items out. */

import type { Sat, Schemas } from "../lib/api";
import { bitcoin, btc, count, counted, percent, short, shown, utc } from "../lib/words";
import { type Draft, id, type Side } from "./draft";
import { DOT, type Claim, type Concept, type GraphNode } from "./items";
import { COLUMN, PARTIES } from "./place";
import { countOff, putRest, restOf } from "./rests";

export type Tx = Schemas["GraphTx"];
export type Coin = Schemas["GraphCoin"];
export type Cluster = Schemas["GraphCluster"];
export type Relation = Schemas["GraphRelation"];
export type Peel = Schemas["PeelChainView"];

/** Words for the canvas: hidden characters shown, and short. */
export const clip = (text: string, most = 26): string => {
  const safe = shown(text);
  return safe.length > most ? `${safe.slice(0, most - 1)}…` : safe;
};

const larger = (a: Sat, b: Sat): number => (BigInt(b) > BigInt(a) ? 1 : BigInt(b) < BigInt(a) ? -1 : 0);

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
  const many = cluster && cluster.size > 1 ? ` with ${counted(cluster.size - 1, "other")}` : ", alone";
  const made = draft.addNode(
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
        `in cluster ${coin.cluster}${many}: an inference${linkWords(cluster)}`,
        ...(cluster?.parties.length ? [`the sources disagree: ${cluster.parties.map(shown).join(" or ")}`] : []),
      ],
      maker: coin.outpoint.split(":")[0],
      spender: coin.spent_by,
      of: String(coin.cluster),
    },
    near,
  );
  if (!old) countOff(draft, made);
  return made;
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
    for (const one of draft.coinsOf(tx.txid, side)) join(draft, tx, one, side); // those too that this answer does not list
    putRest(draft, node, side, restOf(draft, tx, side));
  }
}

/** The ledger's edge between a transaction and a coin of it; its ends. */
function join(draft: Draft, tx: Tx, coin: GraphNode, side: Side): [string, string] {
  const [from, to]: [string, string] = side === "outputs" ? [id.tx(tx.txid), coin.id] : [coin.id, id.tx(tx.txid)];
  draft.addEdge({
    id: id.edge(from, to), from, to, certainty: "fact", label: "", sat: coin.sat, time: tx.block.time_utc,
    says: side === "outputs" ? "makes: ledger fact" : "is spent in: ledger fact",
  });
  return [from, to];
}

function link(draft: Draft, tx: Tx, coin: Coin, made: GraphNode, side: Side): void {
  const [from, to] = join(draft, tx, made, side);
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

/** An address or a cluster with its largest counterparties: payers on the left, paid ones on the right. */
export function addRelation(draft: Draft, told: Relation, clusters: ReadonlyMap<number, Cluster>, near: { x: number; y: number }): GraphNode {
  const own = party(draft, told.name, told.cluster, told.is_cluster, clusters, near);
  let left = 0;
  let right = 0;
  for (const one of told.counterparties) {
    const pays = BigInt(one.received_sat) > BigInt(one.paid_sat);
    const place = pays ? left++ : right++;
    const at = { x: own.x + (pays ? -1 : 1) * PARTIES, y: own.y + (place % 2 ? 1 : -1) * Math.ceil(place / 2) * 84 };
    const other = party(draft, one.name, one.cluster, told.is_cluster, clusters, at);
    const when = `${one.first_utc.slice(0, 10)} to ${one.last_utc.slice(0, 10)}`;
    const rests = told.is_cluster ? [clusters.get(told.cluster), clusters.get(one.cluster)] : null;
    const paid = { when, first: one.first_utc, last: one.last_utc, rests };
    pay(draft, own, other, one.paid_sat, one.paid_txs, paid);
    pay(draft, other, own, one.received_sat, one.received_txs, paid);
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
        isCluster ? `cluster no. ${label}, of ${size}: an inference${linkWords(cluster)}; its first is ${shown(name)}` : `address ${shown(name)}`,
        ...(cluster?.parties.length ? [`the sources disagree: ${cluster.parties.map(shown).join(" or ")}`] : []),
        ...looked,
      ],
      of: String(label),
    },
    near,
  );
}

/** What each link of a cluster may be wrong; nothing: it has none, or nobody told of it. */
function linkWords(cluster: Cluster | undefined): string {
  return cluster && cluster.size > 1 ? `, ${cluster.tier}, each link ${bound(cluster.link_bound_ppm)}` : "";
}

/** Tier and worst bound of the links of some clusters. */
function worst(clusters: (Cluster | undefined)[]): string {
  const linked = clusters.filter((one) => one !== undefined).filter((one) => one.size > 1);
  if (!linked.length) return "T2";
  const bounds = linked.map((one) => one.link_bound_ppm);
  const known = bounds.filter((one) => one !== null);
  return `T2, ${bound(known.length < bounds.length ? null : Math.max(...known))}`;
}

/** When two parties paid each other, in either direction. */
interface Paid {
  when: string;
  first: string;
  last: string;
  /** The clusters on both sides, an inference; null: addresses, as they stand in transactions. */
  rests: (Cluster | undefined)[] | null;
}

function pay(draft: Draft, from: GraphNode, to: GraphNode, sat: Sat, txs: number, paid: Paid): void {
  if (txs === 0) return;
  const { when, first, last, rests } = paid;
  draft.addEdge({
    id: id.edge(from.id, to.id),
    from: from.id,
    to: to.id,
    certainty: rests ? "inference" : "fact",
    label: [btc(sat), `${count(txs)} tx`, ...(rests ? [worst(rests)] : [])].join(DOT),
    sat,
    time: first,
    last,
    says: rests
      ? `${bitcoin(sat)} BTC in ${counted(txs, "transaction")}, ${when}; rests on both clusters, an inference; a link of theirs: ${worst(rests)}`
      : `${bitcoin(sat)} BTC in ${counted(txs, "shared transaction")}, ${when}; nobody says whose coins went to whom`,
  });
}

/** How a look at its counterparties is asked for. */
export const LOOKED = { max_transactions: 1_000, newest: false };

/** What a node says of the looks at its counterparties; nothing: there was none. */
export const looksOf = (one: GraphNode): string[] => (one.concept === "more" ? [] : one.says.filter(tellsLook));

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
  const tiers: string[] = [...chain.lines.map((line) => line.tier), ...Object.keys(chain.bound.links)];
  const weakest = tiers.reduce((so, one) => (one > so ? one : so), "T0");
  const beside = BigInt(chain.beside_sat) ? `, ${bitcoin(chain.beside_sat)} BTC came in beside the coin` : "";
  draft.addEdge({
    id: id.edge(from, to, "peel"),
    from,
    to,
    certainty: "inference",
    label: `peel chain: ${counted(chain.hops, "hop")}, ${weakest}, ${bound(chain.bound.bound_ppm)}`,
    sat: chain.end_sat,
    time: chain.lines.at(-1)?.time_utc ?? null,
    says: `${counted(chain.hops, "hop")} that peeled off ${bitcoin(chain.paid_sat)} BTC${beside}; ended: ${chain.because}. ${chain.says_error}`,
    hops: chain.lines.map((line) => line.txid),
    folds: [],
  });
}
