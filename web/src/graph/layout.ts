/**
 * Layers from left to right, in a worker: by ELK, whose file is its own, unchanged, and no code of it is in ours; large
 * drawings by `layered`.
 */

import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import type { Asked } from "./layered_worker";
import LayeredWorker from "./layered_worker?worker";
import { SIZE, type GraphEdge, type GraphNode } from "./items";

const BETWEEN = { transactions: 140, relations: 376 };
const GAP = { node: 22, part: 40 };
// Measured: these lay out 1,000 nodes five times as fast as the defaults do.
const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "POLYLINE",
  "elk.layered.nodePlacement.strategy": "SIMPLE",
  "elk.layered.thoroughness": "1",
  "elk.spacing.nodeNode": String(GAP.node),
  "elk.spacing.componentComponent": String(GAP.part),
};
/** From so many nodes on `layered` does it: ELK takes seconds there, and half a minute for 5,000. */
const LARGE = 400;

interface Laid {
  children?: { id: string; x?: number; y?: number; width?: number; height?: number }[];
}

/** The worker, and who waits for which of its answers. */
class Elk {
  private readonly worker = new Worker(workerUrl);
  private readonly waiting = new Map<number, { done: (graph: Laid) => void; failed: (error: Error) => void }>();
  private asked = 0;

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<{ id: number; data?: Laid; error?: { message?: string } }>) => {
      const who = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error) who?.failed(new Error(`the layout failed: ${data.error.message ?? "no reason is told"}`));
      else who?.done(data.data ?? {});
    };
    void this.ask({ cmd: "register", algorithms: ["layered"] });
  }

  layout(graph: object): Promise<Laid> {
    return this.ask({ cmd: "layout", graph, layoutOptions: {}, options: {} });
  }

  private ask(message: object): Promise<Laid> {
    const id = this.asked++;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.worker.postMessage({ ...message, id });
    });
  }
}

let elk: Elk | null = null;

/** Start the worker, so that the first layout does not wait for it. */
export function warm(): void {
  elk ??= new Elk();
  void elk.layout({ id: "all", layoutOptions: OPTIONS, children: [{ id: "one", width: 1, height: 1 }], edges: [] });
}

/** Middles of nodes by id. */
export function arranged(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Promise<Places> {
  return nodes.length > LARGE ? arrangedFast(nodes, edges) : arrangedByElk(nodes, edges);
}

type Places = Map<string, { x: number; y: number }>;

async function arrangedByElk(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Promise<Places> {
  elk ??= new Elk();
  const told = await elk.layout({
    id: "all",
    layoutOptions: { ...OPTIONS, "elk.layered.spacing.nodeNodeBetweenLayers": String(BETWEEN[nodes[0]?.level ?? "transactions"]) },
    children: nodes.map((one) => ({ id: one.id, width: SIZE[one.concept].w, height: SIZE[one.concept].h })),
    edges: edges.map((one) => ({ id: one.id, sources: [one.from], targets: [one.to] })),
  });
  return new Map(
    (told.children ?? []).map((one) => [
      one.id,
      { x: Math.round((one.x ?? 0) + (one.width ?? 0) / 2), y: Math.round((one.y ?? 0) + (one.height ?? 0) / 2) },
    ]),
  );
}

function arrangedFast(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Promise<Places> {
  const place = new Map(nodes.map((one, at) => [one.id, at]));
  const asked: Asked = {
    nodes: nodes.map((one) => SIZE[one.concept]),
    edges: edges.map((one) => [place.get(one.from) ?? 0, place.get(one.to) ?? 0]),
    gaps: { layer: BETWEEN[nodes[0]?.level ?? "transactions"], ...GAP },
  };
  const worker = new LayeredWorker();
  return new Promise<Places>((done, failed) => {
    worker.onmessage = ({ data }: MessageEvent<{ x: number; y: number }[]>) => done(new Map(nodes.map((one, at) => [one.id, data[at] ?? one])));
    worker.onerror = (error) => failed(new Error(`the layout failed: ${error.message}`));
    worker.postMessage(asked);
  }).finally(() => worker.terminate());
}
