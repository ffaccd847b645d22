/** What the parts of a drawing were worth, in the currency that somebody chose. Nothing of it is in the drawing's log. */

import { SvelteMap } from "svelte/reactivity";
import { answerOf, api, type Schemas } from "../lib/api";
import { shown } from "../lib/words";
import { currency, valued, worth } from "../lib/worth.svelte";
import { id } from "./draft";
import { LOOKED, looksOf } from "./from_api";
import { isNode, type GraphEdge, type GraphNode, type Item } from "./items";
import type { FiatTold, ItemWorth } from "./worth_words";

/** Counterparties of one, the most that a drawing has. */
const MOST = 100;

export class Fiat {
  /** Sums of relations, by currency, edge and satoshi: a sum of another look is another sum. */
  private readonly sums = new SvelteMap<string, ItemWorth>();
  private readonly asked = new Set<string>();

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

  /** Ask what coins and transactions were worth, and wait for it. */
  async ready(some: readonly Item[]): Promise<void> {
    const timed = some.filter((one) => one.level === "transactions");
    await valued(timed.flatMap(({ time, sat }) => (time === null || sat === null ? [] : [{ time_utc: time, value_sat: sat }])));
  }

  /** Ask for the sums of the relations that are drawn, once for each. */
  async look(nodes: readonly GraphNode[]): Promise<void> {
    const code = currency();
    if (!code) return;
    for (const node of nodes) {
      const looks = node.level === "relations" ? looksOf(node) : [];
      const asking = `${code} ${node.id} ${looks.join()}`;
      if (!looks.length || this.asked.has(asking)) continue;
      this.asked.add(asking);
      try {
        await this.ask(node, code);
      } catch {
        this.asked.delete(asking); // what is not known stays empty, and is asked for with the next part
      }
    }
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
    const worths = [...nodes, ...edges].map((one) => this.of(one)).filter((one) => one !== undefined);
    return {
      currency: code,
      sources: [...new Set(worths.flatMap((one) => one.sources))].map(shown),
      valued: worths.length,
      missing: worths.filter((one) => one.without).length,
      sums: nodes[0]?.level === "relations",
      of: (one) => this.of(one),
    };
  }
}

const key = (code: string, edge: string, sat: number | string): string => `${code} ${edge} ${sat}`;
