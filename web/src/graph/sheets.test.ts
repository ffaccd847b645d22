import { describe, expect, it } from "vitest";
import { sheetsOf } from "./sheets";
import { SIZE } from "./items";

const box = (w: number, h: number) => ({ x: -40, y: 10, w, h });

describe("a drawing on paper", () => {
  it.each([[600, 400], [1_500, 500], [900, 1_400]])("is whole where it can be read: %i by %i", (w, h) => {
    const { parts, scale } = sheetsOf(box(w, h));
    expect(parts).toEqual([box(w, h)]);
    expect(scale).toBeGreaterThanOrEqual(0.6);
  });

  it.each([[9_254, 1_010], [3_000, 300], [2_000, 5_000], [1_800, 1_800]])("is cut into parts that can be read, and no box is cut in all: %i by %i", (w, h) => {
    const { parts, scale, way } = sheetsOf(box(w, h));
    expect(parts.length).toBeGreaterThan(1);
    expect(scale).toBeGreaterThanOrEqual(0.6);
    for (const part of parts) {
      expect(part.w * scale).toBeLessThanOrEqual(way === "portrait" ? 700.01 : 1_020.01);
      expect(part.h * scale).toBeLessThanOrEqual(way === "portrait" ? 880.01 : 610.01);
    }
    const { w: wide, h: high } = SIZE.address;
    for (let x = -40; x + wide <= w - 40; x += 97) {
      for (let y = 10; y + high <= h + 10; y += 53) {
        expect(parts.some((one) => one.x <= x && x + wide <= one.x + one.w + 0.01 && one.y <= y && y + high <= one.y + one.h + 0.01)).toBe(true);
      }
    }
  });

  it("is read from left to right, each column from top to bottom", () => {
    const { parts } = sheetsOf(box(4_000, 4_000));
    const order = [...parts].sort((a, b) => a.x - b.x || a.y - b.y);
    expect(parts).toEqual(order);
  });

  it("is only shown as a whole where nobody would turn so many pages", () => {
    expect(sheetsOf(box(90_000, 90_000)).parts).toEqual([]);
  });
});
