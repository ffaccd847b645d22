/** Drawings as files. */

import type { Basis } from "../lib/api";
import type { Saved } from "./log";

export type Basic = Pick<Basis, "network" | "tip_hash" | "tip_height" | "store_digest" | "program"> & {
  clusters_digest: string | null;
  tags_digest: string | null;
};

export interface GraphFile {
  format: "cointrail-graph";
  version: 1;
  title: string;
  bases: Basic[];
  log: Saved;
}
