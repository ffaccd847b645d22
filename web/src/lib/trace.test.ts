import { expect, it } from "vitest";
import { askedOf, textsOf, UNASKED, type Asked } from "./trace";

it("what was asked of a trace is read back from the address as it was", () => {
  const asked: Asked = { ...UNASKED, from: "bc1a bc1b", direction: "backward", policies: ["fifo", "haircut"], dust: 546, share: 0.5 };
  const texts = textsOf(asked);
  expect(texts.hops).toBeNull();
  expect(askedOf((name) => texts[name as keyof Asked])).toEqual(asked);
});

it("an address that somebody wrote asks for nothing that is not there", () => {
  const texts: Record<string, string> = { policies: "all fifo toString", hops: "-1", dust: "x", direction: "up" };
  expect(askedOf((name) => texts[name] ?? null)).toEqual({ ...UNASKED, policies: ["fifo"] });
});
