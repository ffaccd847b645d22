/** The chain as the server has it now, and the states of it that this page rests on. */
import { untrack } from "svelte";
import type { Schemas } from "./api";

export interface Tip {
  tip_height: number;
  tip_hash: string;
}

class Chain {
  /** What the server said last; null before it said anything. */
  status = $state.raw<Schemas["Status"] | null>(null);
  /** Of the blocks that are asked after, those that are not on the chain. */
  gone = $state.raw<ReadonlySet<string>>(new Set());
  private tips = $state.raw<Tip[]>([]);
  private others = $state.raw<string[]>([]);

  /** Another page is opened: what it shows is still to be asked for. */
  turnPage(): void {
    this.tips = [];
  }

  /** An answer that this page shows rests on this tip. */
  restsOn(tip: Tip): void {
    if (!this.tips.some((one) => one.tip_hash === tip.tip_hash)) {
      this.tips = [...this.tips, { tip_height: tip.tip_height, tip_hash: tip.tip_hash }];
    }
  }

  /** The tips that answers of this page rest on, the lowest first; none where it shows nothing of the chain. */
  get rests(): Tip[] {
    return [...this.tips].sort((a, b) => a.tip_height - b.tip_height);
  }

  /** Ask also after this block, until told not to: what is kept rests on it. */
  askAfter(hash: string): () => void {
    untrack(() => (this.others = [...this.others, hash]));
    return () => {
      const place = this.others.indexOf(hash);
      this.others = this.others.filter((_, one) => one !== place);
    };
  }

  /** The blocks that are asked after. */
  get asked(): string[] {
    return [...new Set([...this.rests.map((one) => one.tip_hash), ...this.others])];
  }
}

export const chain = new Chain();

/** The tip that an answer rests on; null where it does not rest on the chain as it is: an exhibit says its own. */
export function tipOf(answer: unknown): Tip | null {
  const { basis, answer_left_out } = (answer ?? {}) as { basis?: Partial<Schemas["LookupBasis"]>; answer_left_out?: boolean };
  if (answer_left_out !== undefined || !basis?.store_digest) return null;
  const { tip_hash, tip_height } = basis;
  return tip_hash === undefined || tip_height === undefined ? null : { tip_height, tip_hash };
}
