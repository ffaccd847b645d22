/** ELK in a worker of its own: layers from left to right. Its file is ELK's own, unchanged. */

import ELK from "elkjs/lib/elk-api.js";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import { SIZE, type GraphEdge, type GraphNode } from "./items";

// Measured: these lay out 1,000 nodes three times as fast as the defaults do.
const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "POLYLINE",
  "elk.layered.nodePlacement.strategy": "SIMPLE",
  "elk.layered.thoroughness": "1",
  "elk.spacing.nodeNode": "22",
  "elk.spacing.componentComponent": "40",
};

let worker: InstanceType<typeof ELK> | null = null;

/** Middles of nodes by id. */
export async function arranged(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Promise<Map<string, { x: number; y: number }>> {
  worker ??= new ELK({ workerUrl });
  const told = await worker.layout({
    id: "all",
    layoutOptions: { ...OPTIONS, "elk.layered.spacing.nodeNodeBetweenLayers": nodes[0]?.level === "relations" ? "230" : "140" },
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
