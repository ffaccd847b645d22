import { expect, it } from "vitest";
import { becameWords, countedBy, inOrder, wrongAtMost } from "./summary";

it("how many leads are wrong at most is told without payjoins and with some", () => {
  const error = { expected_wrong: "54.77", expected_wrong_at_payjoin_5: "1123661.35", rows: 8536, rows_not_measured: 0, convention: "" };
  expect(wrongAtMost(error)).toBe("54.77 leads if no link is a payjoin, 1,123,661.35 if 5 % of those links are that can be");
});

it("the order of the policies of a run is told, and what counts go by beside values by FIFO", () => {
  expect(inOrder(["haircut", "fifo"])).toBe("haircut first, FIFO beside it");
  expect(countedBy(["haircut", "fifo"])).toBe(
    "Counted where value comes by haircut, which this run’s findings go by; values named so are by FIFO all the same.",
  );
  expect(countedBy(["fifo", "haircut"])).toBe("Counted where value comes by FIFO, which this run’s findings go by.");
});

it("what judgements made of a cluster is told beside what it is by the rules alone", () => {
  const now = [
    { label: 345, scripts: 144 },
    { label: 1201, scripts: 6 },
  ];
  expect(becameWords({ label: 345, scripts: 150, now })).toBe("cluster no. 345, of 150 scripts by the rules alone, became no. 345 (144 scripts) and no. 1201 (6 scripts)");
});
