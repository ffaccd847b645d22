import { describe, expect, it } from "vitest";
import type { Schemas } from "./api";
import { peelIsShorter, peelLeft, peelMore, peelWentOn, traceAtMost, traceIsShorter, traceMore, traceWentOn } from "./goingOn";

type Trace = Schemas["TraceViewListing"];
type Peel = Schemas["PeelView"];

function trace(most: number, runs: [string, number, string | null][], resume: string | null = "token"): Trace {
  const told = { bounds: { max_outputs: most, seconds: 20 }, runs: runs.map(([policy, outputs, cut]) => ({ policy, outputs, cut })), resume };
  return told as unknown as Trace;
}

function peel(stops: string[], branches_left: number, hops = 4, chains = 1): Peel {
  const told = { chains: stops.map((stop) => ({ stop, hops })), branches_left, settings: { max_hops: hops, max_chains: chains, seconds: 20 } };
  return told as unknown as Peel;
}

describe("going on", () => {
  it("says by how much a trace may", () => {
    expect(traceMore(trace(100, [["fifo", 100, "output_limit"]]))).toBe("by up to 100 more outputs");
    expect(traceMore(trace(900_000, [["fifo", 9, "output_limit"]]))).toBe("by up to 100,000 more outputs");
    expect(traceMore(trace(100, [["fifo", 9, "time_limit"]]))).toBe("for up to 20 more seconds by each policy");
  });

  it("says where the server ends", () => {
    expect(traceAtMost(trace(1_000_000, [["fifo", 9, "output_limit"]], null))).toMatch(/no more than 1,000,000 outputs/);
    expect(traceAtMost(trace(10, [["fifo", 9, null]], null))).toBe("");
    expect(traceAtMost(trace(10, [["fifo", 9, "output_limit"]]))).toBe("");
  });

  it("says how far a trace went", () => {
    const before = trace(100, [["fifo", 100, "output_limit"], ["payment_first", 80, "time_limit"]]);
    const now = trace(200, [["fifo", 200, "output_limit"], ["payment_first", 81, null]]);
    expect(traceWentOn(before, now)).toBe(
      "Went on: FIFO by 100 outputs, again ended by the output limit; payment first by 1 output, to its own ends.",
    );
  });

  it("takes no answer that time ended earlier than the one before", () => {
    const before = trace(100, [["fifo", 100, "time_limit"]]);
    expect(traceIsShorter(before, trace(100, [["fifo", 20, "time_limit"]]))).toBe(true);
    expect(traceIsShorter(before, trace(100, [["fifo", 120, "time_limit"]]))).toBe(false);
    expect(peelIsShorter(peel(["time_limit"], 0, 9), peel(["time_limit"], 0, 4))).toBe(true);
    expect(peelIsShorter(peel(["time_limit"], 0, 4), peel(["time_limit"], 0, 9))).toBe(false);
  });

  it("takes a shorter trace that ends at deposit addresses, and says why it is shorter", () => {
    const [before, now] = [trace(100, [["fifo", 100, "output_limit"]]), trace(200, [["fifo", 60, null]])];
    expect(traceIsShorter(before, now)).toBe(false);
    expect(traceWentOn(before, now)).toBe(
      "Went on: FIFO ends at deposit addresses that were recognised on the way, with 40 outputs less.",
    );
  });

  it("says what is left of peel chains, and how far they went", () => {
    expect(peelLeft(peel(["unspent"], 0))).toBe("");
    expect(peelLeft(peel(["hop_limit"], 0))).toBe("A bound on hops or time ended 1 chain.");
    expect(peelLeft(peel(["ambiguous", "time_limit"], 2))).toBe(
      "A bound on hops or time ended 1 chain. 2 branches were not followed.",
    );
    expect(peelMore(peel(["hop_limit"], 2))).toBe("by up to 4 more hops a chain and 1 more chain");
    expect(peelMore(peel(["time_limit"], 0))).toBe("for up to 20 more seconds");
    expect(peelWentOn(peel(["hop_limit"], 0), peel(["ambiguous", "unspent"], 1, 8))).toBe(
      "Went on by 12 hops and 1 chain. 1 branch was not followed.",
    );
    expect(peelWentOn(peel(["hop_limit"], 0), peel(["unspent"], 0))).toBe("Went on by 0 hops and 0 chains. Nothing is left.");
  });
});
