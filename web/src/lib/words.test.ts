import { describe, expect, it } from "vitest";
import { alike, roundedUp, bitcoin, country, money, percent, ranges, short, shown } from "./words";

describe("words", () => {
  it("name a country beside its code, and nothing that is no code", () => {
    expect(country("CA")).toBe("Canada (CA)");
    expect(country("unknown")).toBe("unknown");
    expect(country("\u202eCA")).toBe("⟨U+202E⟩CA");
    expect(country("QX")).toBe("QX");
  });


  it("write satoshi exactly, also beyond what a number holds", () => {
    expect(bitcoin(123456789012)).toBe("1,234.56789012");
    expect(bitcoin("9007199254740993")).toBe("90,071,992.54740993");
    expect(bitcoin(-1)).toBe("−0.00000001");
    expect(bitcoin(0)).toBe("0.00000000");
  });

  it("write money and bounds as exactly as they were told", () => {
    expect(money("2857998.3", "USD")).toBe("2,857,998.30 USD");
    expect(money("5.985", "KRW")).toBe("5.985 KRW");
    expect(percent(33335)).toBe("3.3335 %");
    expect(percent("10000")).toBe("1 %");
    expect(percent(0)).toBe("0 %");
  });

  it("round an upper bound up", () => {
    expect([0, 1, 7_170, 10_000, 35_600, 1_234_560_001].map(roundedUp)).toEqual(["0.00", "0.01", "0.01", "0.01", "0.04", "1,234.57"]);
  });

  it("show what hides in a label", () => {
    expect(shown("safe\u202eelas")).toBe("safe⟨U+202E⟩elas");
    expect(shown("a\u200bb\u0000")).toBe("a⟨U+200B⟩b⟨U+0000⟩");
    expect(shown("거래소 منصة")).toBe("거래소 منصة");
  });

  it("shorten only what is long", () => {
    expect(short("short")).toBe("short");
    expect(short("a".repeat(64))).toHaveLength(19);
  });

  it("tell addresses that only their middle tells apart", () => {
    expect(alike("bc1qabcdxxxxxxxxwxyz", "bc1qabcdyyyyyyyywxyz")).toBe(true);
    expect(alike("bc1qabcdxxxxxxxxwxyz", "bc1qabcdxxxxxxxxwxyz")).toBe(false);
    expect(alike("bc1qabcdxxxxxxxxwxyz", "bc1qefghyyyyyyyywxyz")).toBe(false);
    expect(alike("1AbcdXXXXXXwxyz", "3AbcdYYYYYYwxyz")).toBe(true);
  });

  it("tell places by their runs", () => {
    expect(ranges([0])).toBe("0");
    expect(ranges([0, 1, 3, 4, 5, 9])).toBe("0, 1, 3 to 5, 9");
    expect(ranges(Array.from({ length: 400 }, (_, k) => k))).toBe("0 to 399");
  });
});
