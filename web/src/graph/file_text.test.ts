import { describe, expect, it } from "vitest";
import { captions, graphmlText, svgText, xml, type Told } from "./file_text";
import type { GraphEdge, GraphNode } from "./items";

const HOSTILE = "<script>alert(1)</script> & \"x\" \u202egro \u0000\ufffe";

function node(id: string, x: number, certainty: GraphNode["certainty"]): GraphNode {
  return {
    kind: "node", id, level: "transactions", concept: "coin", x, y: 0, name: id, lines: [HOSTILE, "1 BTC"], sat: 1e8,
    time: "2017-01-01T00:00:00Z", certainty, claims: [{ label: HOSTILE, source: "court", confidence: "50", byCluster: true }],
    says: ["said"], hidden: false, note: "seen", carried: { fifo: 12 },
  };
}

const NODES = [node("a", 0, "fact"), node("b", 300, "claim")];
const EDGES: GraphEdge[] = [
  { kind: "edge", id: "e", level: "transactions", from: "a", to: "b", certainty: "inference", label: "change T3, wrong ≤ 3.3 %", sat: 1, time: null, says: "said", hidden: false },
];
const TOLD: Told = {
  title: HOSTILE, level: "transactions", policy: "fifo", until: "2017-02-01T00:00:00Z", hidden: 2, made: "2026-01-01T00:00:00Z",
  bases: [{ network: "regtest", tip_hash: "ff", tip_height: 622, store_digest: "dd", program: "cointrail 0", clusters_digest: "cc", tags_digest: null }],
};

describe("files of a drawing", () => {
  it("hold what others wrote as text only", () => {
    for (const text of [svgText(NODES, EDGES, TOLD), graphmlText(NODES, EDGES, TOLD)]) {
      expect(text).not.toContain("<script");
      expect(text).not.toContain("\u0000");
      expect(text).not.toContain("\ufffe");
      expect(text).not.toContain("foreignObject");
    }
    expect(xml("a\u0000b")).toBe("a⟨U+0000⟩b");
  });

  it("tell tip, time, filters and what is hidden in the picture itself", () => {
    const said = captions(TOLD, 2, 1).join("\n");
    for (const part of ["block 622 (ff)", "clusters cc", "2017-02-01 00:00:00 UTC", "taint by fifo", "2 hidden", "drawn 2026-01-01 00:00:00 UTC"]) {
      expect(said).toContain(part);
    }
    expect(svgText(NODES, EDGES, TOLD)).toContain("drawn 2026-01-01 00:00:00 UTC");
  });

  it("draw inferences dashed and claims dotted, with words beside", () => {
    const picture = svgText(NODES, EDGES, TOLD);
    expect(picture).toContain('stroke-dasharray="7 4"');
    expect(picture).toContain('stroke-dasharray="2 3"');
    expect(picture).toContain("change T3, wrong ≤ 3.3 %");
    expect(picture).toContain("fifo: 0.00000012 BTC");
  });

  it("say so when parts rest on different states of the chain", () => {
    const [first] = TOLD.bases;
    expect(captions({ ...TOLD, bases: first ? [first, { ...first, tip_hash: "ee" }] : [] }, 1, 0).join()).toContain("different states");
  });

  it("are drawn of nothing as well", () => {
    expect(svgText([], [], TOLD)).toContain("</svg>");
  });
});
