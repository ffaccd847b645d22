/** The canvas: Cytoscape shows what the log holds, and tells where somebody pressed. */

import cytoscape, { type Core, type EventObject, type StylesheetJson } from "cytoscape";
import { BENDS, bendOf, isNode, SIZE, type GraphEdge, type GraphNode, type Item } from "./items";
import { edgeLabelOf, labelOf, thickness, widthOf, type WorthOf } from "./labels";
import { linesOf, turnOf, type Line } from "./lines";
import { begun, boxOf, whole, type View } from "./view_box";

/** Beyond this many parts edges are drawn without arrows, as a slow machine cannot draw them in time. */
const MANY = 800;
/** Below this zoom only shapes and lines are drawn. */
const FAR = 0.3;

export interface Handlers {
  press: (id: string | null) => void;
  open: (id: string) => void;
  moved: (id: string, x: number, y: number) => void;
}

interface Colours {
  paper: string;
  panel: string;
  ink: string;
  soft: string;
  inference: string;
  claim: string;
  focus: string;
  wash: string;
}

export function colours(): Colours {
  const told = getComputedStyle(document.documentElement);
  const of = (name: string) => told.getPropertyValue(`--${name}`).trim() || "#000";
  return {
    paper: of("paper"), panel: of("panel"), ink: of("ink"), soft: of("soft"), inference: of("inference"),
    claim: of("claim"), focus: of("focus"), wash: of("wash"),
  };
}

/** How a line runs, by what `lineData` tells of it; Cytoscape's types know nothing of these being read from data. */
const LINED: object = {
  "edge-distances": "endpoints", "source-endpoint": "data(leaves)", "target-endpoint": "data(enters)",
  "segment-weights": "data(along)", "segment-distances": "data(beside)",
  "source-text-offset": "data(reach)", "target-text-offset": "data(reach)",
};

function look(paint: Colours): StylesheetJson {
  const dash = { fact: "solid", inference: "dashed", claim: "dotted" } as const;
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle", width: "data(w)", height: "data(h)", label: "data(label)",
        "text-wrap": "wrap", "text-valign": "center", "text-halign": "center", "font-size": 11.5, color: paint.ink,
        "font-family": "system-ui, Noto Sans, Noto Sans KR, Noto Sans Arabic, sans-serif", "line-height": 1.2,
        "min-zoomed-font-size": 7, "background-color": paint.panel, "border-width": 1.5, "border-color": paint.soft,
        "overlay-opacity": 0,
      },
    },
    { selector: "node.transaction", style: { shape: "rectangle", "background-color": paint.wash } },
    { selector: "node.cluster", style: { shape: "cut-rectangle" } },
    { selector: "node.more", style: { shape: "round-tag", color: paint.soft, "border-width": 1 } },
    { selector: "node.inference", style: { "border-style": dash.inference, "border-color": paint.inference } },
    { selector: "node.claim", style: { "border-style": dash.claim, "border-color": paint.claim, "border-width": 3 } },
    { selector: "node.carries", style: { "border-width": 4, "border-style": "double" } },
    {
      selector: "edge",
      style: {
        "curve-style": "straight", width: "data(thick)", "line-color": paint.soft, "target-arrow-color": paint.soft,
        "target-arrow-shape": "triangle", "arrow-scale": 0.9, label: "data(label)", "font-size": 10.5, color: paint.ink,
        "text-wrap": "wrap",
        "min-zoomed-font-size": 8, "text-background-color": paint.paper, "text-background-opacity": 1,
        "text-background-padding": "2px", "text-rotation": "autorotate", "overlay-opacity": 0,
      },
    },
    {
      selector: "edge.inference",
      style: {
        "line-style": "dashed", "line-color": paint.inference, "target-arrow-color": paint.inference,
        "curve-style": "unbundled-bezier", "control-point-distances": [BENDS.change], "control-point-weights": [0.5],
      },
    },
    { selector: "edge.way", style: { "control-point-distances": [BENDS.way] } },
    { selector: "edge.said", style: { "control-point-distances": [BENDS.said], "text-rotation": "none" } },
    {
      selector: "edge.relations",
      style: {
        "curve-style": "bezier", "font-size": 11.5, "min-zoomed-font-size": 7, "text-rotation": "none", "text-background-opacity": 1,
      },
    },
    { selector: "edge.lined", style: { "curve-style": "segments", label: "", ...LINED } },
    { selector: "edge.at-from", style: { "source-label": "data(label)" } },
    { selector: "edge.at-to", style: { "target-label": "data(label)" } },
    { selector: "edge.plain", style: { "curve-style": "haystack", "target-arrow-shape": "none" } },
    { selector: ".far", style: { label: "", "target-arrow-shape": "none" } },
    { selector: "edge.far", style: { "source-label": "", "target-label": "" } },
    { selector: "node.far", style: { "border-width": 7, "background-color": paint.wash } },
    { selector: "edge.far", style: { width: 6 } },
    { selector: "node.far.focus", style: { "border-color": paint.focus, "outline-width": 16 } },
    { selector: "node.focus", style: { "outline-width": 4, "outline-color": paint.focus, "outline-offset": 2 } },
    { selector: "edge.focus", style: { "line-color": paint.focus, "target-arrow-color": paint.focus, width: 5 } },
  ];
}

/** A part as it is on the canvas. */
interface Shown {
  one: Item;
  label: string;
  kind: string;
  line?: Line | undefined;
}

/** The classes that a part has, for its style. */
function kindOf(one: Item, policy: string, many: boolean, line?: Line): string {
  if (!isNode(one)) {
    if (many && one.certainty === "fact") return `${one.level} fact plain`;
    return `${one.level} ${one.certainty}${["way", "said"].includes(bendOf(one)) ? ` ${bendOf(one)}` : ""}${line ? ` lined at-${line.end}` : ""}`;
  }
  const carries = policy && one.carried?.[policy] && BigInt(one.carried[policy]) > 0n ? " carries" : "";
  return `${one.concept} ${one.certainty}${carries}`;
}

/** What the style of an edge reads: how thick it is, and how it runs. */
function lineData(one: GraphEdge, line: Line | undefined): Record<string, string | number> {
  const thick = thickness(one.sat);
  if (!line) return { thick };
  const side = (way: number) => `${50 * way}% ${-line.aside}px`;
  return { thick, leaves: side(line.way), enters: side(-line.way), reach: line.reach, ...turnOf(line) };
}

export class Picture {
  private readonly cy: Core;
  private drawn = new Map<string, Shown>();
  private focus: string | null = null;
  private far = false;

  constructor(
    private readonly place: HTMLElement,
    handlers: Handlers,
  ) {
    this.cy = cytoscape({
      container: place, style: look(colours()), minZoom: 0.02, maxZoom: 3, boxSelectionEnabled: false,
      selectionType: "single", pixelRatio: Math.min(devicePixelRatio, 2), textureOnViewport: false, hideEdgesOnViewport: false,
      autounselectify: true,
    });
    this.cy.on("tap", (event: EventObject) => handlers.press(event.target === this.cy ? null : (event.target.id() as string)));
    this.cy.on("dbltap", "node, edge", (event: EventObject) => handlers.open(event.target.id() as string));
    this.cy.on("dragfree", "node", (event: EventObject) => {
      const at = event.target.position() as { x: number; y: number };
      handlers.moved(event.target.id() as string, Math.round(at.x), Math.round(at.y));
    });
    this.cy.on("zoom", () => this.zoomed());
  }

  /** Draw what is new or other, take away what is gone. Everything else is left alone. */
  show(nodes: readonly GraphNode[], edges: readonly GraphEdge[], policy: string, worthOf?: WorthOf): void {
    const many = nodes.length > MANY;
    const next = new Map<string, Shown>();
    const at = new Map(nodes.map((one) => [one.id, one]));
    const node = (id: string) => at.get(id);
    const labels = new Map(edges.map((one) => [one.id, edgeLabelOf(one, node, worthOf)]));
    const lines = linesOf(edges, node, (one) => widthOf(labels.get(one.id) ?? ""));
    this.cy.batch(() => {
      for (const one of nodes) next.set(one.id, { one, label: labelOf(one, policy, worthOf), kind: kindOf(one, policy, many) });
      for (const one of edges) {
        const line = lines.get(one.id);
        next.set(one.id, { one, label: labels.get(one.id) ?? "", kind: kindOf(one, policy, many, line), line });
      }
      const gone = [...this.drawn.keys()].filter((key) => !next.has(key));
      for (const key of gone) this.cy.getElementById(key).remove();
      const fresh: cytoscape.ElementDefinition[] = [];
      for (const [key, now] of next) {
        const before = this.drawn.get(key);
        // An edge goes with its ends: where one of them was taken away, so was the edge.
        if (!before || (!isNode(now.one) && this.cy.getElementById(key).empty())) fresh.push(this.element(now));
        else this.renew(before, now);
      }
      this.cy.add(fresh);
    });
    this.drawn = next;
    this.mark(this.focus);
  }

  private element({ one, label, kind, line }: Shown): cytoscape.ElementDefinition {
    const classes = this.far ? `${kind} far` : kind;
    if (isNode(one)) return { group: "nodes", data: { id: one.id, label, ...SIZE[one.concept] }, position: { x: one.x, y: one.y }, classes };
    return { group: "edges", data: { id: one.id, source: one.from, target: one.to, label, ...lineData(one, line) }, classes };
  }

  // Whatever is set is styled anew, which takes seconds for thousands: only what is other.
  private renew(before: Shown, now: Shown): void {
    const moved = JSON.stringify(before.line) !== JSON.stringify(now.line);
    if (before.one === now.one && before.label === now.label && before.kind === now.kind && !moved) return;
    const there = this.cy.getElementById(now.one.id);
    if (before.label !== now.label) there.data("label", now.label);
    if (!isNode(now.one)) there.data(lineData(now.one, now.line));
    if (before.kind !== now.kind) there.removeClass(before.kind).addClass(now.kind);
    if (isNode(now.one)) there.position({ x: now.one.x, y: now.one.y });
  }

  private zoomed(): void {
    const far = this.cy.zoom() < FAR;
    if (far === this.far) return;
    this.far = far;
    this.cy.batch(() => this.cy.elements().toggleClass("far", far));
  }

  mark(key: string | null): void {
    if (this.focus !== null) this.cy.getElementById(this.focus).removeClass("focus");
    this.focus = key;
    if (key !== null) this.cy.getElementById(key).addClass("focus");
  }

  /** Bring a part into view if it is out of it. */
  reveal(key: string): void {
    const there = this.cy.getElementById(key);
    if (there.empty()) return;
    const box = there.renderedBoundingBox({});
    const inside = box.x1 > 0 && box.y1 > 0 && box.x2 < this.cy.width() && box.y2 < this.cy.height();
    if (!inside) this.cy.center(there);
  }

  /** Show all of it. */
  fit(): void {
    const nodes = [...this.drawn.values()].map(({ one }) => one).filter(isNode);
    this.turnTo(whole(boxOf(nodes), this.cy.width(), this.cy.height()));
  }

  /** Turn to all of some nodes, or to what can be read of them round the seed; they need not be drawn yet. */
  begin(nodes: readonly GraphNode[], seed: string | null): void {
    const from = nodes.find((one) => one.id === seed) ?? nodes[0];
    this.turnTo(begun(boxOf(nodes), from, this.cy.width(), this.cy.height()));
  }

  // Cytoscape would look at every shape and label first, which takes seconds for thousands.
  private turnTo(view: View): void {
    const pan = { x: this.cy.width() / 2 - view.zoom * view.x, y: this.cy.height() / 2 - view.zoom * view.y };
    this.cy.viewport({ zoom: view.zoom, pan });
  }

  zoomBy(factor: number): void {
    const middle = { x: this.cy.width() / 2, y: this.cy.height() / 2 };
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: middle });
  }

  panBy(x: number, y: number): void {
    this.cy.panBy({ x, y });
  }

  repaint(): void {
    this.cy.style(look(colours()));
  }

  resized(): void {
    this.cy.resize();
  }

  close(): void {
    this.cy.destroy();
    this.place.replaceChildren();
  }
}
