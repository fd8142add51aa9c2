import { expect, test } from "vitest";
import { judge } from "./bench/harness/gates.js";
import { median, quantile, ratio } from "./bench/harness/stats.js";

test("the middle of an odd and of an even number of values", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 9, 1, 2])).toBe(5.5);
  expect(median([])).toBeNaN();
});

test("values are ordered as numbers", () => {
  expect(median([100, 20, 3])).toBe(20);
  expect(quantile([100, 20, 3], 1)).toBe(100);
});

test("99 of 100 values are at or below the 99th percentile", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(quantile(values, 0.99)).toBe(99);
  expect(quantile(values, 0.5)).toBe(50);
  expect(quantile([7], 0.99)).toBe(7);
});

test("a ratio is taken inside each round, so that a slow moment counts for neither", () => {
  expect(ratio([100, 10, 30], [50, 5, 60])).toBe(2);
});

test("a gate passes at its limit, and not where one of the two was not measured", () => {
  const samples = (rate: number, p99: number) => [{ rate, p99 }];
  const measured = [
    { id: "this", name: "", samples: samples(85, 2) },
    { id: "that", name: "", samples: samples(100, 1) },
    { id: "broken", name: "", samples: samples(1, 1), failed: "a wrong answer" },
  ];
  const gate = { name: "", of: "this", to: "that" } as const;
  const passed = (one: object): boolean =>
    judge([{ ...gate, value: "rate", ...one }], measured)[0]!.passed;
  expect(passed({ atLeast: 0.85 })).toBe(true);
  expect(passed({ atLeast: 0.86 })).toBe(false);
  expect(passed({ value: "p99", atMost: 2 })).toBe(true);
  expect(passed({ value: "p99", atMost: 1.9 })).toBe(false);
  expect(passed({ to: "absent", atLeast: 0 })).toBe(false);
  expect(passed({ to: "broken", atLeast: 0 })).toBe(false);
});
