/** What the parts of a drawing were worth, in the currency that somebody chose. Nothing of it is in the drawing's log. */

import { SvelteMap } from "svelte/reactivity";
import { answerOf, api, type Schemas } from "../lib/api";
import { shown } from "../lib/words";
import { currency, unvalued, valued, worth } from "../lib/worth.svelte";
import { id } from "./draft";
import { LOOKED, looksOf } from "./from_api";
import { isNode, type GraphEdge, type GraphNode, type Item } from "./items";
import type { FiatTold, ItemWorth } from "./worth_words";

/** Counterparties of one, the most that a drawing has. */
const MOST = 100;

export class Fiat {
  /** Sums of relations, by currency, edge and satoshi: a sum of another look is another sum. */
  private readonly sums = new SvelteMap<string, ItemWorth>();
  private readonly asked = new Map<string, Promise<void>>();
  private drawn: readonly GraphNode[] = [];

  get currency(): string {
    return currency();
  }

  /** Undefined where nothing is valued, or until the server told it. */
  of(one: Item): ItemWorth | undefined {
    const code = currency();
    if (!code || one.sat === null) return undefined;
    if (one.level === "relations") return isNode(one) ? undefined : this.sums.get(key(code, one.id, one.sat));
    const told = one.time === null ? undefined : worth(one.time, one.sat);
    if (!told) return undefined;
    const sources = told.value === null ? [] : [`${told.source}; ${told.convention}`];
    return { value: told.value, currency: code, without: told.value === null ? 1 : 0, sources };
  }

  /**
   * Ask what coins, transactions and relations were worth, and wait for it.
   *
   * Raises where one of them is still not known: having no rate is told too.
   */
  async ready(some: readonly Item[]): Promise<void> {
    const counted = some.filter(isCounted);
    const timed = counted.filter((one) => one.level === "transactions");
    await valued(timed.map(({ time, sat }) => ({ time_utc: time ?? "", value_sat: sat ?? 0 })));
    const code = currency();
    const sums = counted.filter((one) => one.level === "relations") as GraphEdge[];
    if (!code || !sums.length) return;
    const ends = new Set(sums.flatMap((one) => [one.from, one.to]));
    let why: unknown = "the sums are others now: draw it anew";
    for (const node of this.drawn) {
      if (ends.has(node.id)) await this.once(node, code).catch((error: unknown) => (why = error));
    }
    if (currency() !== code) return this.ready(some); // another one was chosen meanwhile
    const missing = sums.filter((one) => !this.of(one)).length;
    if (missing) throw unvalued(missing, sums.length, code, why);
  }

  /** Ask for the sums of the relations that are drawn, once for each. What fails stays unknown, and is asked for with the next part. */
  async look(nodes: readonly GraphNode[]): Promise<void> {
    const code = currency();
    this.drawn = nodes;
    if (!code) return;
    for (const node of nodes) await this.once(node, code).catch(() => undefined);
  }

  private once(node: GraphNode, code: string): Promise<void> {
    const looks = node.level === "relations" ? looksOf(node) : [];
    if (!looks.length) return Promise.resolve();
    const key = `${code} ${node.id} ${looks.join()}`;
    const before = this.asked.get(key);
    if (before) return before;
    const asked = this.ask(node, code);
    this.asked.set(key, asked);
    asked.catch(() => this.asked.delete(key));
    return asked;
  }

  private async ask(node: GraphNode, code: string): Promise<void> {
    const of = node.concept === "cluster" ? "clusters" : "addresses";
    const told = await answerOf(
      api.POST("/api/v1/graph/relations/worths", { body: { names: [node.name], of, limit: MOST, currency: code, ...LOOKED } }),
    );
    const sources = told.sources.map(shown);
    for (const one of told.relations[0]?.counterparties ?? []) {
      const other = of === "clusters" ? id.cluster(one.cluster) : id.address(one.name);
      this.learn(code, id.edge(node.id, other), one.paid, sources);
      this.learn(code, id.edge(other, node.id), one.received, sources);
    }
  }

  private learn(code: string, edge: string, sum: Schemas["PassedWorth"], sources: string[]): void {
    const worth = { value: sum.value, currency: code, without: sum.without_rate_txs, sources: sum.value === null ? [] : sources };
    this.sums.set(key(code, edge, sum.sat), worth);
  }

  /** How what is drawn is valued; null where no currency is chosen. */
  told(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): FiatTold | null {
    const code = currency();
    if (!code) return null;
    const all = [...nodes, ...edges].filter(isCounted);
    const worths = all.map((one) => this.of(one)).filter((one) => one !== undefined);
    return {
      currency: code,
      sources: [...new Set(worths.flatMap((one) => one.sources))].map(shown),
      amounts: all.length,
      unknown: all.length - worths.length,
      missing: worths.filter((one) => one.without).length,
      sums: nodes[0]?.level === "relations",
      of: (one) => this.of(one),
    };
  }
}

/** Whether it has an amount that is valued. */
const isCounted = (one: Item): boolean => one.sat !== null && (one.level === "relations" ? !isNode(one) : one.time !== null);

const key = (code: string, edge: string, sat: number | string): string => `${code} ${edge} ${sat}`;
