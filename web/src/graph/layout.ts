/** ELK in a worker of its own: layers from left to right. Its file is ELK's own, unchanged, and no code of it is in ours. */

import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import { SIZE, type GraphEdge, type GraphNode } from "./items";

// Measured: these lay out 1,000 nodes five times as fast as the defaults do.
const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "POLYLINE",
  "elk.layered.nodePlacement.strategy": "SIMPLE",
  "elk.layered.thoroughness": "1",
  "elk.spacing.nodeNode": "22",
  "elk.spacing.componentComponent": "40",
};
/** From so many nodes on, what only makes a drawing prettier is left out: it takes two thirds of the time. */
const LARGE = 400;
const LARGE_OPTIONS = {
  "elk.layered.crossingMinimization.greedySwitch.type": "OFF",
  "elk.separateConnectedComponents": "false",
};
const BETWEEN = { transactions: "140", relations: "230" };

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
export async function arranged(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Promise<Map<string, { x: number; y: number }>> {
  elk ??= new Elk();
  const told = await elk.layout({
    id: "all",
    layoutOptions: {
      ...OPTIONS,
      "elk.layered.spacing.nodeNodeBetweenLayers": BETWEEN[nodes[0]?.level ?? "transactions"],
      ...(nodes.length > LARGE ? LARGE_OPTIONS : {}),
    },
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
