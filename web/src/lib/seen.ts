/** What is remembered of a case when it is looked at: enough to tell later that something is new. */

/** Of its run: which it was, and of what it found one number. */
export interface SeenRun {
  basis_digest: string;
  tags_digest: string;
  tip_height: number;
  payments: number;
}

export interface Seen {
  /** The newest entry of the journal; null where the case is not kept. */
  entries: number | null;
  run: SeenRun | null;
}

/** What the browser kept; null where it kept nothing that can be read. */
export function readSeen(kept: unknown): Seen | null {
  if (!kept || typeof kept !== "object") return null;
  const { entries, run } = kept as Partial<Seen>;
  return { entries: typeof entries === "number" ? entries : null, run: run && typeof run === "object" ? run : null };
}
