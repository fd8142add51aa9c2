import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { area, type Line, type Span, top } from "../../server/core/clock/envelope.js";

const line = fc.record({
  base: fc.integer({ min: -6, max: 6 }),
  slope: fc.integer({ min: -4, max: 4 }),
});
const lines = fc.array(line, { minLength: 1, maxLength: 6 });
const span = fc
  .tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 6 }))
  .map(([from, length]) => ({ from, to: from + length }));

const least = (all: readonly Line[], rate: number): number =>
  Math.min(...all.map(({ base, slope }) => base + slope * rate));

/** The span's ends, and the rates within it at which two lines meet: between them the least is straight. */
function corners(all: readonly Line[], { from, to }: Span): number[] {
  const meetings = all.flatMap((one) =>
    all.map((other) => (other.base - one.base) / (one.slope - other.slope)),
  );
  const within = meetings.filter((rate) => rate > from && rate < to);
  return [from, ...within.sort((one, other) => one - other), to];
}

describe("the least of several lines", () => {
  it("has its top at a corner", () => {
    fc.assert(
      fc.property(lines, span, (all, over) => {
        const heights = corners(all, over).map((rate) => least(all, rate));
        expect(top(all, over)).toBeCloseTo(Math.max(...heights), 9);
      }),
    );
  });

  it("has an area under it that is the sum of its trapezes", () => {
    fc.assert(
      fc.property(lines, span, (all, over) => {
        const rates = corners(all, over);
        const trapezes = rates.slice(1).map((to, index) => {
          const from = rates[index]!;
          return ((to - from) * (least(all, from) + least(all, to))) / 2;
        });
        const sum = trapezes.reduce((one, other) => one + other, 0);
        expect(area(all, over)).toBeCloseTo(sum, 9);
      }),
    );
  });
});
