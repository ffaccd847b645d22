import { describe, expect, it } from "vitest";
import { leaveOut, takeLeftOut } from "./left_out";

describe("what a kept run went by elsewhere", () => {
  it("is told once, of its own case", () => {
    leaveOut("one", ["tags", "prices"]);
    expect(takeLeftOut("two")).toBe("");
    expect(takeLeftOut("one")).toContain("by other tag files and price tables than");
    expect(takeLeftOut("one")).toBe("");
  });

  it("is nothing where nothing was left out", () => {
    leaveOut("one", []);
    expect(takeLeftOut("one")).toBe("");
  });
});
