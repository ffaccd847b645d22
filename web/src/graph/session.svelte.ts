/** One drawing: its log, how it is looked at, and the steps that ask the server. */

import { answerOf, api, type Basis, type Schemas } from "../lib/api";
import { chain } from "../lib/chain.svelte";
import { count, counted, shown } from "../lib/words";
import { stale, taken, txids } from "./again";
import { askings, askTxs, missing, withCoins, type Asking } from "./ask_txs";
import { Draft, id } from "./draft";
import { addPeel, addRelation, addTx, LOOKED, type Cluster, type Tx } from "./from_api";
import { CONCEPT, isEdge, isNode, visible, type GraphEdge, type GraphNode, type Item, type Items, type Level } from "./items";
import { Log } from "./log";
import { COLUMN } from "./place";
import { asDrawing, type Basic, type GraphFile } from "./saved";

export type Policy = Schemas["AskGraphFlow"]["policies"][number];
export const POLICIES: Policy[] = ["fifo", "lifo", "haircut", "tiho", "tilo", "payment_first", "change_first", "poison"];

const FIRST = { inputs: 3, outputs: 4 };
const NEXT = 5;
const FETCHED = 40;
const PEEL = { max_hops: 1_000, min_value_sat: 0, weakest: "T3", through_joins: false, through_sweeps: true, max_chains: 1, seconds: 20 } as const;
/** Seconds are of each policy. */
const TRACE = { max_hops: 20, max_outputs: 10_000, seconds: 5, limit: 60 };

/** What a lead says of its path. */
export interface Said {
  label: string;
  says: string;
}

export class Session {
  version = $state(0);
  level = $state<Level>("transactions");
  until = $state<string | null>(null);
  policy = $state("");
  focus = $state<string | null>(null);
  busy = $state("");
  trouble = $state.raw<unknown>(null);
  says = $state("");
  bases = $state.raw<Basic[]>([]);
  snapshots = $state.raw<{ name: string; items: Items }[]>([]);
  /** Where drafts are kept, a file is opened as one. */
  opener: ((saved: unknown) => Promise<void>) | null = null;
  private log = new Log();
  private clusters = new Map<number, Cluster>();

  constructor(readonly title: string) {}

  // -- what is there

  get items() {
    void this.version;
    return this.log.items;
  }
  get history() {
    void this.version;
    return this.log.history;
  }
  get undoes() {
    void this.version;
    return this.log.undoes;
  }
  get redoes() {
    void this.version;
    return this.log.redoes;
  }
  get seen() {
    return visible(this.items, { level: this.level, until: this.until });
  }
  get focused(): Item | undefined {
    return this.focus === null ? undefined : this.items.get(this.focus);
  }

  // -- steps that ask nobody

  put(title: string, wanted: Iterable<readonly [string, Item | null]>): boolean {
    const changed = this.log.put(title, wanted);
    if (changed) this.turn(title);
    return changed;
  }

  private turn(said: string): void {
    this.version += 1;
    this.says = said;
    if (this.focus !== null && !this.log.items.has(this.focus)) this.focus = null;
  }

  undo(): void {
    const title = this.log.undoes;
    if (this.log.undo()) this.turn(`undone: ${title}`);
  }

  redo(): void {
    const title = this.log.redoes;
    if (this.log.redo()) this.turn(`done again: ${title}`);
  }

  hide(one: Item): void {
    const wanted: [string, Item | null][] = [[one.id, { ...one, hidden: true }]];
    if (isNode(one)) {
      for (const rest of this.items.values()) {
        if (isNode(rest) && rest.concept === "more" && (rest.of === one.name || rest.of === one.id)) wanted.push([rest.id, { ...rest, hidden: true }]);
      }
    }
    this.put(`hide ${this.called(one)}`, wanted);
  }

  showHidden(): void {
    const folded = new Set([...this.items.values()].flatMap((one) => (isEdge(one) && !one.hidden ? (one.folds ?? []) : [])));
    const opened = (one: Item) => isEdge(one) && one.folds !== undefined && one.folds.length > 0;
    const back = [...this.items.values()].filter((one) => one.hidden && !folded.has(one.id) && !opened(one));
    this.put("show what was hidden", back.map((one) => [one.id, { ...one, hidden: false }] as const));
  }

  annotate(one: GraphNode, note: string): void {
    if (one.note !== note) this.put(note ? `note on ${this.called(one)}` : `note off ${this.called(one)}`, [[one.id, { ...one, note }]]);
  }

  move(one: GraphNode, x: number, y: number): void {
    if (one.x !== x || one.y !== y) this.put(`move ${this.called(one)}`, [[one.id, { ...one, x, y }]]);
  }

  called(one: Item): string {
    if (!isNode(one)) return one.label || "a connection";
    return one.concept === "more" ? (one.lines[0] ?? "more") : `${CONCEPT[one.concept]} ${shown(one.lines[0] ?? one.name)}`;
  }

  // -- steps that ask the server

  async run(busy: string, ask: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.trouble = null;
    try {
      await this.alone(busy, ask);
    } catch (error) {
      this.trouble = error;
    }
  }

  /** Do something while nothing else is asked for: what would be drawn then might come into another drawing. */
  async alone(busy: string, act: () => Promise<void>): Promise<void> {
    if (this.busy) throw new Error(`wait a moment: ${this.busy}`);
    this.busy = busy;
    try {
      await act();
    } finally {
      this.busy = "";
    }
  }

  showTx = (txid: string) =>
    this.run("Drawing the transaction…", async () => {
      const [tx] = await this.txs([txid]);
      if (tx) await this.draw(`draw transaction ${txid.slice(0, 8)}…`, [tx], FIRST, id.tx(txid));
    });

  /** The way of a lead, or any other row of outputs from the oldest on, each made where the one before is spent. */
  showPath = (outpoints: string[], title: string, said: Said | null = null) =>
    this.run("Drawing the path…", async () => {
      const txids = outpoints.map((one) => one.split(":")[0] ?? "");
      const txs = await this.txs(txids, outpoints, 0, 0);
      const [payer] = txids[0] ? await this.txs([txids[0]], outpoints, 0, 2) : [];
      if (payer) txs[0] = payer; // with some of its inputs: who paid is what a lead is about
      const draft = new Draft(this.items, "transactions");
      this.level = "transactions";
      for (const tx of txs) addTx(draft, tx, this.clusters, { inputs: 50, outputs: 50, near: this.beside(draft, tx) });
      const from = id.coin(outpoints[0] ?? "");
      const last = id.tx(txids.at(-1) ?? ""); // who signs it is of the hand, and whom it pays is not
      const end = draft.node(last);
      if (said && end && outpoints.length > 1 && draft.node(from)) {
        draft.addEdge({ id: id.edge(from, last, "said"), from, to: last, certainty: "inference", sat: null, time: end.time, ...said });
      }
      await this.finish(title, draft, id.coin(outpoints.at(-1) ?? ""));
    });

  /** The next thing behind what has the focus: forward along the chain, or back. */
  expand(one: Item, back = false): Promise<void> {
    if (isEdge(one)) return one.hops ? this.openPeel(one) : Promise.resolve();
    if (one.concept === "more") return one.side === "relations" ? this.moreRelations(one) : this.moreCoins(one.of ?? "", one.side ?? "outputs", NEXT);
    if (one.concept === "transaction") return this.moreCoins(one.name, back ? "inputs" : "outputs", 1);
    if (one.concept === "coin") return this.followCoin(one, back);
    return this.relate(one.name, one.concept === "cluster");
  }

  private async followCoin(one: GraphNode, back: boolean): Promise<void> {
    const txid = back ? one.maker : one.spender;
    if (!txid) {
      this.says = back ? "nothing is known of where it came from" : "it is unspent at the tip";
      return;
    }
    return this.run(back ? "Looking where it came from…" : "Looking where it went…", async () => {
      const txs = await this.txs([txid], [one.name]);
      const how = back ? { inputs: FIRST.inputs, outputs: 0 } : { inputs: 0, outputs: FIRST.outputs };
      await this.draw(`follow ${this.called(one)} ${back ? "back" : "on"}`, txs, how, id.tx(txid));
    });
  }

  private moreCoins(txid: string, side: "inputs" | "outputs" | "relations", more: number): Promise<void> {
    return this.run("Fetching more…", async () => {
      const drawn = [...this.items.values()].filter((one) => isNode(one) && one.concept === "coin" && one.id.startsWith("coin "));
      const near = drawn.filter((one) => isNode(one) && (one.maker === txid || one.spender === txid));
      const rest = this.items.get(id.rest(txid, side));
      const from = isNode(rest) ? Math.max(0, (rest.listed ?? 0) - 2) : 0;
      const keep = near.map((one) => (isNode(one) ? one.name : ""));
      const [tx] = await this.txs([txid], keep.slice(0, 1_000), from > 40 ? from : 0, FETCHED);
      if (!tx) return;
      const how = { inputs: side === "inputs" ? more : 0, outputs: side === "outputs" ? more : 0 };
      const changed = await this.draw(`${more === 1 ? "one more" : "more"} of the ${side} of ${txid.slice(0, 8)}…`, [tx], how, null);
      if (!changed) this.says = `all ${side} are drawn`;
    });
  }

  relate = (name: string, ofClusters: boolean, limit = 10) =>
    this.run("Looking for counterparties…", async () => {
      const told = await answerOf(
        api.POST("/api/v1/graph/relations", { body: { names: [name], of: ofClusters ? "clusters" : "addresses", limit, ...LOOKED } }),
      );
      this.learn(told);
      const draft = new Draft(this.items, "relations");
      let own: GraphNode | null = null;
      for (const one of told.relations) {
        const key = one.is_cluster ? id.cluster(one.cluster) : id.address(one.name);
        own = addRelation(draft, one, this.clusters, draft.node(key) ?? this.corner(draft));
      }
      this.level = "relations";
      await this.finish(`counterparties of ${own ? this.called(own) : name}`, draft, own?.id ?? null);
    });

  private moreRelations(rest: GraphNode): Promise<void> {
    const own = this.items.get(rest.of ?? "");
    if (!isNode(own)) return Promise.resolve();
    const limit = (rest.listed ?? 0) + 10;
    if (limit > 100) {
      this.says = "a drawing shows 100 counterparties of one at most; its own page lists all";
      return Promise.resolve();
    }
    return this.relate(own.name, own.concept === "cluster", limit);
  }

  peel = (one: GraphNode, backward = false) =>
    this.run("Following the peel chain…", async () => {
      const told = await answerOf(
        api.POST("/api/v1/peels", { body: { output: one.name, direction: backward ? "backward" : "forward", ...PEEL } }),
      );
      const chain = told.chains[0];
      if (!chain || chain.hops === 0) {
        this.says = `no peel chain from here: ${chain?.because ?? "nothing is told"}`;
        return;
      }
      const other = chain.start === one.name ? chain.end : chain.start;
      const txs = await this.txs([other.split(":")[0] ?? ""], [other], 0, 0);
      const draft = new Draft(this.items, "transactions");
      const far = { x: one.x + (backward ? -3 : 3) * COLUMN, y: one.y };
      for (const tx of txs) addTx(draft, tx, this.clusters, { inputs: 0, outputs: 1, near: far });
      addPeel(draft, chain, backward ? [other, one.name] : [one.name, other]);
      await this.finish(`peel chain of ${count(chain.hops)} hops from ${this.called(one)}`, draft, id.coin(other));
    });

  private openPeel(edge: GraphEdge): Promise<void> {
    if (edge.folds?.length) {
      const folds = edge.folds.map((key) => this.items.get(key)).filter((one) => one !== undefined);
      this.put(edge.hidden ? "close the peel chain" : "open the peel chain", [
        [edge.id, { ...edge, hidden: !edge.hidden }],
        ...folds.map((one) => [one.id, { ...one, hidden: edge.hidden }] as const),
      ]);
      return Promise.resolve();
    }
    return this.run("Opening the peel chain…", async () => {
      const txs = await this.txs(edge.hops ?? [], [edge.from.slice("coin ".length)], 0, 3);
      txs.sort((a, b) => a.block.height - b.block.height);
      const draft = new Draft(this.items, "transactions");
      for (const tx of txs) addTx(draft, tx, this.clusters, { inputs: 1, outputs: 3, near: this.beside(draft, tx) });
      const folds = [...draft.wanted.keys()].filter((key) => !this.items.has(key));
      draft.wanted.set(edge.id, { ...edge, hidden: true, folds });
      await this.finish("open the peel chain", draft, edge.from);
    });
  }

  /** Peel chains that are open now, to close them again. */
  get openPeels(): GraphEdge[] {
    return [...this.items.values()].filter((one): one is GraphEdge => isEdge(one) && one.hidden && !!one.folds?.length);
  }

  trace = (one: GraphNode, backward = false) =>
    this.run("Tracing by every policy…", async () => {
      const told = await answerOf(
        api.POST("/api/v1/graph/flows", {
          body: { seeds: [one.name], direction: backward ? "backward" : "forward", policies: POLICIES, ...TRACE },
        }),
      );
      const makers = [...new Set(told.carried.map((line) => line.made_in))];
      const txs = await this.txs(makers, told.carried.map((line) => line.outpoint), 0, 0);
      const draft = new Draft(this.items, "transactions");
      const order = backward ? txs.reverse() : txs;
      for (const tx of order) addTx(draft, tx, this.clusters, { inputs: 60, outputs: 60, near: this.beside(draft, tx) });
      for (const line of told.carried) {
        const coin = draft.node(id.coin(line.outpoint));
        if (!coin) continue;
        const ended = line.stop ? [`the trace ended here: ${line.stop}`] : [];
        const says = [...coin.says.filter((words) => !words.startsWith("the trace ended")), ...ended];
        draft.wanted.set(coin.id, { ...coin, carried: line.sat, says });
      }
      if (!this.policy) this.policy = "fifo";
      await this.finish(`trace ${this.called(one)} ${backward ? "back" : "on"}`, draft, one.id);
      const cut = told.runs.filter((run) => run.cut).map((run) => `${run.policy}: ${run.cut}`);
      this.says =
        `${count(told.carried.length)} of ${count(told.total)} outputs that the trace reached are drawn, the largest` +
        (cut.length ? `; a bound ended it (${cut.join(", ")})` : "");
    });

  /** After the chain was replaced: take off what is no longer on it, and ask for the rest anew. */
  lookAgain = () =>
    this.run("Looking at the drawing again…", async () => {
      const lines = txids(this.items);
      const gone = await missing(lines);
      const off = taken(this.items, gone);
      const left = new Map(this.items);
      for (const [key] of off) left.delete(key);
      const before = this.bases;
      this.bases = [];
      chain.turnPage();
      const coins = [...left.values()].filter(isNode).filter((one) => one.concept === "coin");
      const untold = new Set(coins.map((one) => one.name));
      try {
        const txs = await this.ask(withCoins(stale(this.items, gone), coins), 0, 0);
        for (const tx of txs) for (const coin of [...tx.inputs.coins, ...tx.outputs.coins]) untold.delete(coin.outpoint);
        const draft = new Draft(left, "transactions");
        for (const tx of txs) addTx(draft, tx, this.clusters, { inputs: 0, outputs: 0, near: this.beside(draft, tx) });
        const untraced = [...left.values()].filter(isNode).filter((one) => one.carried);
        for (const one of untraced) draft.wanted.set(one.id, { ...(draft.node(one.id) ?? one), carried: null });
        this.put("look at it again", [...off, ...draft.wanted]);
      } catch (error) {
        this.bases = before;
        throw error;
      }
      const asWere = untold.size ? `${counted(untold.size, "output")} ${untold.size === 1 ? "was not looked at and stands as it was" : "were not looked at and stand as they were"}. ` : "";
      if (asWere) this.bases = [...before, ...this.bases.filter((one) => !before.some((other) => other.tip_hash === one.tip_hash))];
      this.says =
        `${asWere}${count(gone.size)} of ${count(lines.length)} transactions are no longer on the chain; what rested on them was taken off` +
        ", with all counterparties and what was traced: ask for those anew. Undo brings it back.";
    });

  // -- the other level

  /** The clusters of what is drawn, with what they have to do with each other. */
  async turnTo(level: Level): Promise<void> {
    this.level = level;
    this.focus = null;
    if (level === "transactions" || this.seen.nodes.length) return;
    const sums = new Map<string, bigint>();
    for (const one of this.items.values()) {
      if (isNode(one) && one.concept === "coin" && one.of) sums.set(one.of, (sums.get(one.of) ?? 0n) + BigInt(one.sat ?? 0));
    }
    const largest = [...sums].sort((a, b) => (b[1] > a[1] ? 1 : -1))[0];
    if (largest) await this.relate(largest[0], true);
  }

  async arrange(): Promise<void> {
    await this.run("Arranging…", async () => {
      const { nodes, edges } = this.seen;
      const { arranged } = await import("./layout");
      const found = await arranged(nodes, edges);
      this.put("arrange", nodes.map((one) => [one.id, { ...one, ...found.get(one.id) }] as const));
    });
  }

  // -- snapshots and files

  snap(name: string): void {
    this.snapshots = [...this.snapshots.filter((one) => one.name !== name), { name, items: new Map(this.log.items) }];
    this.says = `kept as ${shown(name)}`;
  }

  /** Back to a snapshot, by a step that can be undone. */
  restore(name: string): void {
    const found = this.snapshots.find((one) => one.name === name);
    if (!found) return;
    const gone = [...this.items.keys()].filter((key) => !found.items.has(key)).map((key) => [key, null] as const);
    this.put(`back to ${shown(name)}`, [...gone, ...found.items]);
  }

  file(): GraphFile {
    return { format: "cointrail-graph", version: 1, title: this.title, bases: this.bases, log: this.log.save() };
  }

  openFile(saved: unknown): Promise<void> {
    return this.opener ? this.opener(saved) : this.alone("Opening the file…", async () => this.open(saved));
  }

  /** Go on with a drawing that was saved. Throws where it is none, and what is drawn stays. */
  open(saved: unknown): void {
    const file = asDrawing(saved);
    this.log = Log.open(file.log);
    this.bases = file.bases;
    const levels = new Set([...this.log.items.values()].map((one) => one.level));
    if (levels.size && !levels.has(this.level)) this.level = [...levels][0] ?? "transactions";
    this.turn("opened a saved graph");
  }

  // -- within

  private txs(txids: string[], keep: string[] = [], skip = 0, limit = FETCHED): Promise<Tx[]> {
    return this.ask(askings(txids, keep), skip, limit);
  }

  private ask(asked: Asking[], skip: number, limit: number): Promise<Tx[]> {
    return askTxs(asked, skip, limit, (told) => this.learn(told));
  }

  private learn(told: { clusters: Cluster[]; basis: Basis }): void {
    for (const one of told.clusters) this.clusters.set(one.label, one);
    const { network, tip_hash, tip_height, store_digest, program } = told.basis;
    const basis = {
      network, tip_hash, tip_height, store_digest, program,
      clusters_digest: told.basis.clusters_digest ?? null,
      tags_digest: told.basis.tags_digest ?? null,
    };
    const key = JSON.stringify(basis);
    if (!this.bases.some((one) => JSON.stringify(one) === key)) this.bases = [...this.bases, basis];
  }

  private async draw(title: string, txs: Tx[], how: { inputs: number; outputs: number }, focus: string | null): Promise<boolean> {
    const draft = new Draft(this.items, "transactions");
    this.level = "transactions";
    for (const tx of txs) addTx(draft, tx, this.clusters, { ...how, near: this.beside(draft, tx) });
    return this.finish(title, draft, focus);
  }

  /** Where a transaction belongs: right of a coin that it spends, left of one that it makes. */
  private beside(draft: Draft, tx: Tx): { x: number; y: number } {
    for (const coin of tx.inputs.coins) {
      const drawn = draft.node(id.coin(coin.outpoint));
      if (drawn) return { x: drawn.x + COLUMN, y: drawn.y };
    }
    for (const coin of tx.outputs.coins) {
      const drawn = draft.node(id.coin(coin.outpoint));
      if (drawn) return { x: drawn.x - COLUMN, y: drawn.y };
    }
    return this.corner(draft);
  }

  /** Below everything that is drawn. */
  private corner(draft: Draft): { x: number; y: number } {
    const there = [...this.items.values(), ...draft.wanted.values()].filter((one): one is GraphNode => one?.kind === "node");
    return there.length ? { x: 0, y: Math.max(...there.map((one) => one.y)) + 160 } : { x: 0, y: 0 };
  }

  /** A first drawing is arranged as a whole; later ones leave everything where it is. */
  private async finish(title: string, draft: Draft, focus: string | null): Promise<boolean> {
    const first = ![...this.items.values()].some((one) => one.level === this.level);
    const shownAgain = focus === null ? undefined : draft.get(focus);
    if (shownAgain?.hidden) draft.wanted.set(shownAgain.id, { ...shownAgain, hidden: false });
    if (first) {
      const { nodes, edges } = visible(new Map([...draft.wanted].filter((one): one is [string, Item] => one[1] !== null)), {
        level: this.level,
        until: null,
      });
      const { arranged } = await import("./layout");
      for (const [key, at] of await arranged(nodes, edges)) {
        const one = draft.node(key);
        if (one) draft.wanted.set(key, { ...one, ...at });
      }
    }
    const changed = this.put(title, draft.wanted);
    if (focus !== null && this.items.has(focus)) this.focus = focus;
    return changed;
  }
}

const kept = new Map<string, Session>();

/** The drawing of a place; it lives as long as this page of the browser does. */
export function sessionOf(place: string, title: string): Session {
  const found = kept.get(place) ?? new Session(title);
  kept.set(place, found);
  return found;
}
