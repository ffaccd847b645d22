import { describe, expect, it } from "vitest";
import { captions, graphmlText, xml, type Told } from "./file_text";
import { svgText } from "./svg_text";
import type { GraphEdge, GraphNode, Item } from "./items";
import type { ItemWorth } from "./worth_words";

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
  title: HOSTILE, level: "transactions", policy: "fifo", until: "2017-02-01T00:00:00Z", hidden: 2, made: "2026-01-01T00:00:00Z", fiat: null,
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
    const said = captions(TOLD, NODES, EDGES).join("\n");
    for (const part of ["block 622 (ff)", "clusters cc", "2017-02-01 00:00:00 UTC", "taint by FIFO", "2 hidden", "drawn 2026-01-01 00:00:00 UTC"]) {
      expect(said).toContain(part);
    }
    expect(svgText(NODES, EDGES, TOLD)).toContain("drawn 2026-01-01 00:00:00 UTC");
  });

  it("name each claim with its source once, and count those beyond twenty", () => {
    const many = Array.from({ length: 23 }, (_, place) => ({ ...node(`n${place}`, 0, "claim"), claims: [{ label: `shop ${place}`, source: "court", confidence: "50", byCluster: true }] }));
    const said = captions(TOLD, [...many, ...many], []);
    expect(said.filter((line) => line.includes("a claim, source court, confidence 50"))).toHaveLength(20);
    expect(said.join()).toContain("and 3 more claims");
    expect(svgText(NODES, EDGES, TOLD)).toContain("source court");
  });

  it("draw inferences dashed and claims dotted, with words beside", () => {
    const picture = svgText(NODES, EDGES, TOLD);
    expect(picture).toContain('stroke-dasharray="7 4"');
    expect(picture).toContain('stroke-dasharray="2 3"');
    expect(picture).toContain("change T3, wrong ≤ 3.3 %");
    expect(picture).toContain("FIFO: 0.00000012 BTC");
  });

  it("draw what rests on two clusters level to its label, and no line over a label", () => {
    const parties: GraphNode[] = NODES.map((one) => ({ ...one, level: "relations", concept: "cluster" }));
    const edges: GraphEdge[] = ["a b", "b a"].map((id) => ({ ...EDGES[0]!, id, level: "relations", from: id[0]!, to: id[2]!, label: "1 BTC · 2 tx · T2, wrong ≤ 1 %" }));
    const picture = svgText(parties, edges, { ...TOLD, level: "relations" });
    expect(picture.match(/>2 tx · T2, wrong ≤ 1 %</g)).toHaveLength(2);
    expect(picture).toContain(">1 BTC<");
    expect(picture.lastIndexOf("<path")).toBeLessThan(picture.indexOf(">1 BTC<"));
  });

  it("say so when parts rest on different states of the chain", () => {
    const [first] = TOLD.bases;
    expect(captions({ ...TOLD, bases: first ? [first, { ...first, tip_hash: "ee" }] : [] }, NODES, []).join()).toContain("different states");
  });

  it("show values with their source, and say where there is no rate", () => {
    const of = (one: Item): ItemWorth =>
      one.id === "a"
        ? { value: "1234.5", currency: "USD", without: 0, sources: ["a <table>; close"] }
        : { value: null, currency: "USD", without: 1, sources: [] };
    const told = { ...TOLD, fiat: { currency: "USD", sources: ["a <table>; close"], amounts: 3, missing: 2, unknown: 0, sums: false, of } };
    const picture = svgText(NODES, EDGES, told);
    expect(picture).toContain("1,234.50 USD");
    expect(picture).toContain("no rate");
    expect(picture).toContain("values in USD at the time of the block, by a &lt;table&gt;; close; 2 of 3 amounts lack a rate");
    const graphml = graphmlText(NODES, EDGES, told);
    expect(graphml).toContain('<data key="worth">1234.5</data><data key="currency">USD</data>');
    expect(graphml).toContain('<data key="currency">USD</data><data key="without_rate">1</data>');
    expect(svgText(NODES, EDGES, TOLD)).not.toContain("USD");
  });

  it("are drawn of nothing as well", () => {
    expect(svgText([], [], TOLD)).toContain("</svg>");
  });

  it("have words that are readable when a wide drawing is set to the width of a page", () => {
    const picture = svgText([node("a", 0, "fact"), node("b", 9_000, "fact")], EDGES, TOLD);
    const [, width, words] = /width="([\d.]+)"[^]*scale\(([\d.]+)\)">/.exec(picture) ?? [];
    expect((12 * Number(words) * 700) / Number(width)).toBeGreaterThan(8);
  });

  it("hold all lines of a box within it", () => {
    const lines = (one: number) => Array.from({ length: one }, (_, place) => `line ${place}`);
    for (const many of [2, 3, 5, 7]) {
      const one = { ...node("a", 0, "claim"), lines: lines(many), claims: [], carried: null, note: "" };
      const picture = svgText([one], [], { ...TOLD, policy: "" });
      const [, top, high] = /<rect x="[^"]*" y="([^"]*)" width="176" height="([^"]*)"/.exec(picture)?.map(Number) ?? [];
      const base = [...picture.matchAll(/y="([^"]*)" text-anchor="middle" font-size="11.5"/g)].map((found) => Number(found[1]));
      expect(base).toHaveLength(many);
      expect(Math.min(...base) - 9).toBeGreaterThanOrEqual(top ?? 0);
      expect(Math.max(...base) + 3).toBeLessThanOrEqual((top ?? 0) + (high ?? 0));
    }
  });
});
