/** A worker for `layered`, so that the page goes on while thousands of parts are laid out. */

import { layered, type Gaps, type Sized } from "./layered";

export interface Asked {
  nodes: Sized[];
  edges: [number, number][];
  gaps: Gaps;
}

onmessage = ({ data }: MessageEvent<Asked>) => postMessage(layered(data.nodes, data.edges, data.gaps));
