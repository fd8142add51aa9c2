import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ClockEstimate,
  learn,
  MAX_BOUNDS,
  MOST_PPM,
  offsetRange,
  startClock,
} from "../../server/core/clock/estimate.js";
import { area, type Span } from "../../server/core/clock/envelope.js";
import { clockOfUnknownHistory, clockSetAt } from "../../server/core/clock/prior.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { acceptableSteps, offsetSteps, possibleSteps } from "../../server/core/window.js";
import { decodeClock, encodeClock } from "../../server/store/clock-bytes.js";
import versionOne from "../vectors/clock-version-1.json" with { type: "json" };

const POLICY = DEFAULT_POLICY.clock;
const NOW = Date.UTC(2026, 10, 23, 3, 0, 30) / 1000; // the middle of a minute
const STEP = NOW / 60 - 0.5;
const DAY = 86_400;

const unknown = clockOfUnknownHistory(0, NOW, POLICY);
const exact = (offset: number): ClockEstimate =>
  startClock(0, { lowest: offset, highest: offset }, NOW, POLICY);
const one = (step: number) => ({ first: step, last: step });
const width = (clock: ClockEstimate, now: number): number => {
  const { lowest, highest } = offsetRange(clock, now, POLICY);
  return highest - lowest;
};

/** A token's use: how long after the one before, how its rate deviates meanwhile, how long it is typed. */
const use = fc.record({
  gap: fc.oneof(
    fc.double({ min: -5, max: 300, noNaN: true }),
    fc.integer({ min: 0, max: 200 * DAY }),
  ),
  deviation: fc.double({ min: -POLICY.noisePpm, max: POLICY.noisePpm, noNaN: true }),
  delay: fc.double({ min: 0, max: 60, noNaN: true }),
});
/** A token: its offset at NOW and its constant rate, as far as clocks of unknown history may be off. */
const life = fc.record({
  offset: fc.double({ min: -600, max: 600, noNaN: true }),
  rate: fc.double({ min: -56, max: 56, noNaN: true }),
  uses: fc.array(use, { minLength: 1, maxLength: 40 }),
});
type Life = typeof life extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** Lives a token's life and shows each use: what was known before, what was typed, what is known after. */
function live(
  { offset, rate, uses }: Life,
  look: (seen: {
    now: number;
    step: number;
    offset: number;
    before: ClockEstimate;
    after: ClockEstimate;
  }) => void,
): ClockEstimate {
  let clock = unknown;
  let [time, ahead] = [NOW, offset];
  for (const { gap, deviation, delay } of uses) {
    time += gap;
    ahead += (rate + deviation) * 1e-6 * gap;
    const step = Math.floor((time + ahead) / 60);
    const now = time + delay;
    const after = learn(clock, one(step), now, POLICY);
    look({ now, step, offset: ahead + rate * 1e-6 * delay, before: clock, after });
    clock = after;
  }
  return clock;
}

/** Whether the set has a pair of offset and rate. */
function has(clock: ClockEstimate, now: number, offset: number, rate: number): boolean {
  const moved = (at: number) => rate * 1e-6 * (now - at);
  const noise = (at: number) => POLICY.noisePpm * 1e-6 * Math.abs(now - at);
  return (
    rate >= clock.slowest &&
    rate <= clock.fastest &&
    clock.ceilings.every((b) => offset <= b.offset + moved(b.at) + noise(b.at) + 1e-6) &&
    clock.floors.every((b) => offset >= b.offset + moved(b.at) - noise(b.at) - 1e-6)
  );
}

describe("the window (rule 2)", () => {
  it("about a clock known exactly: the current step and the one before", () => {
    expect(acceptableSteps(exact(0), NOW, POLICY)).toEqual({ first: STEP - 1, last: STEP });
    expect(acceptableSteps(exact(300), NOW, POLICY)).toEqual({ first: STEP + 4, last: STEP + 5 });
  });

  it("is as much wider as the clock is uncertain", () => {
    const between = (lowest: number, highest: number) =>
      acceptableSteps(startClock(0, { lowest, highest }, NOW, POLICY), NOW, POLICY);
    expect(between(-29, 29)).toEqual({ first: STEP - 1, last: STEP });
    expect(between(-31, 29)).toEqual({ first: STEP - 2, last: STEP });
    expect(between(-29, 31)).toEqual({ first: STEP - 1, last: STEP + 1 });
    const later = acceptableSteps(exact(0), NOW + 100 * DAY, POLICY);
    expect(later).toEqual({ first: STEP + 144_000 - 3, last: STEP + 144_000 + 2 });
  });

  it("is never more than ten steps either way of the expected one", () => {
    const ten = { first: STEP - 10, last: STEP + 10 };
    expect(acceptableSteps(unknown, NOW, POLICY)).toEqual(ten);
    const idle = acceptableSteps(unknown, NOW + 200 * DAY, POLICY);
    expect(idle.last - idle.first).toBe(20);
    const drifted = clockOfUnknownHistory(-7, NOW, POLICY);
    expect(acceptableSteps(drifted, NOW, POLICY)).toEqual({ first: STEP - 17, last: STEP + 3 });
  });

  it("never looks before the first step", () => {
    const young = startClock(0, { lowest: -90, highest: 0 }, 0, POLICY);
    expect(acceptableSteps(young, 0, POLICY)).toEqual({ first: 0, last: 0 });
  });

  it("has the current and the previous minute of a true clock, whatever was learned of it", () => {
    fc.assert(
      fc.property(life, (drawn) => {
        live(drawn, ({ now, step, before }) => {
          const { first, last } = possibleSteps(before, now, POLICY);
          expect(first).toBeLessThanOrEqual(step);
          expect(last).toBeGreaterThanOrEqual(step);
        });
      }),
    );
  });
});

describe("what a code teaches (rule 7)", () => {
  it.each([
    ["0", 0],
    ["59", 59.999],
  ])("a perfect token read at second %s teaches nothing wrong in 10,000 uses", (_name, second) => {
    let clock = unknown;
    let first = Infinity;
    for (let index = 0; index < 10_000; index++) {
      const step = STEP + 2 * index;
      const now = step * 60 + second;
      clock = learn(clock, one(step), now, POLICY);
      first = Math.min(first, index === 0 ? width(clock, now) : Infinity);
      expect(has(clock, now, 0, 0)).toBe(true);
      expect(width(clock, now)).toBeLessThanOrEqual(first);
      const { first: from, last: to } = acceptableSteps(clock, now, POLICY);
      expect(from <= step - 1 && step <= to).toBe(true);
    }
  });

  it("never loses the truth, also where a server's clock steps back", () => {
    fc.assert(
      fc.property(life, (drawn) => {
        live(drawn, ({ now, offset, after }) => {
          expect(has(after, now, offset, drawn.rate)).toBe(true);
        });
      }),
      { numRuns: 1000 },
    );
  });

  it("one code tells the offset to two minutes, the slack on either side", () => {
    const clock = learn(unknown, one(STEP), NOW, POLICY);
    const { lowest, highest } = offsetRange(clock, NOW, POLICY);
    expect([lowest, highest].map(Math.round)).toEqual([-31, 91]);
    expect([clock.slowest, clock.fastest]).toEqual([-56, 56]);
  });

  it("a code may be late, by as much as the policy says, and teach nothing wrong", () => {
    const patient = { ...POLICY, late: 90 };
    const late = learn(unknown, one(STEP), STEP * 60 + 60 + 149, patient);
    expect(has(late, STEP * 60 + 209, 0, 0)).toBe(true);
    expect(has(learn(unknown, one(STEP), STEP * 60 + 209, POLICY), STEP * 60 + 209, 0, 0)).toBe(
      false,
    );
  });

  it("two codes long apart tell the rate: their mean rate, but for the noise", () => {
    const year = 365 * DAY;
    const fast = { offset: 0, rate: 40, uses: [] };
    const uses = [0, year].map((gap) => ({ gap, deviation: 0, delay: 0 }));
    const clock = live({ ...fast, uses }, () => undefined);
    const error = (122 / year) * 1e6;
    expect(clock.slowest).toBeGreaterThan(40 - error - POLICY.noisePpm - 0.1);
    expect(clock.fastest).toBeLessThan(40 + error + POLICY.noisePpm + 0.1);
    // After half a year without use the window is still about where the token is.
    const later = NOW + 1.5 * year;
    const { first, last } = possibleSteps(clock, later, POLICY);
    expect((first + last) / 2 - Math.floor((later + 40e-6 * 1.5 * year) / 60)).toBeCloseTo(0, -1);
    expect(last - first).toBeLessThan(12);
  });

  it("of many bounds it keeps those that tell most", () => {
    fc.assert(
      fc.property(life, (drawn) => {
        const { ceilings, floors } = live(drawn, ({ now, before, after }) => {
          // What the newest code alone tells is always kept, or something better.
          expect(width(after, now)).toBeLessThanOrEqual(Math.max(122.1, width(before, now)));
        });
        expect(Math.max(ceilings.length, floors.length)).toBeLessThanOrEqual(MAX_BOUNDS);
      }),
    );
  });

  it("forgets the bound without which the set grows least", () => {
    /** Floors are looked at upside down: offsets and rates negated, they are ceilings. */
    const looseness = (bounds: ClockEstimate["ceilings"], now: number, sign: 1 | -1, span: Span) =>
      area(
        bounds.map(({ at, offset }) => {
          const age = (now - at) / 1e6;
          return { base: sign * offset + POLICY.noisePpm * Math.abs(age), slope: age };
        }),
        span,
      );
    let forgotten = 0;
    fc.assert(
      fc.property(life, (drawn) => {
        live(drawn, ({ now, step, before, after }) => {
          const alone = learn({ ...before, ceilings: [], floors: [] }, one(step), now, POLICY);
          const { slowest, fastest } = after;
          for (const [side, sign, span] of [
            ["ceilings", 1, { from: slowest, to: fastest }],
            ["floors", -1, { from: -fastest, to: -slowest }],
          ] as const) {
            const all = [...before[side], ...alone[side]];
            expect(all).toEqual(expect.arrayContaining([...after[side]]));
            expect(after[side]).toHaveLength(Math.min(all.length, MAX_BOUNDS));
            if (all.length <= MAX_BOUNDS) continue;
            const newest = Math.max(...all.map(({ at }) => at));
            const without = all.map((each) =>
              looseness(
                all.filter((other) => other !== each),
                newest,
                sign,
                span,
              ),
            );
            const kept = looseness(after[side], newest, sign, span);
            expect(kept).toBeCloseTo(Math.min(...without), 6);
            forgotten += 1;
          }
        });
      }),
    );
    expect(forgotten).toBeGreaterThan(100);
  });

  it("is the same from the same", () => {
    fc.assert(
      fc.property(life, (drawn) => {
        const nothing = () => undefined;
        expect(live(drawn, nothing)).toEqual(live(drawn, nothing));
      }),
    );
  });
});

describe("what is known before the first code", () => {
  it("of a clock set at a bench: five seconds, and its crystal's error since", () => {
    const clock = clockSetAt(NOW - 100 * DAY, 0, 20, POLICY);
    const { lowest, highest } = offsetRange(clock, NOW, POLICY);
    // 20 ppm, 6 of noise between bench and life, 6 of noise in life: of 100 days.
    expect(highest).toBeCloseTo(5 + 32 * 8.64, 0);
    expect(lowest).toBeCloseTo(-highest, 9);
    expect(clock.ppm).toBe(20);
  });

  it("of any other: that it is within the widest window about its file's TimeDrift", () => {
    const clock = clockOfUnknownHistory(3, NOW, POLICY);
    expect(offsetRange(clock, NOW, POLICY).highest).toBeCloseTo(780, 1);
    expect(offsetSteps(clock, NOW, POLICY)).toBe(3);
    expect(clockOfUnknownHistory(0, NOW, POLICY, 12.34567).fastest).toBe(18.346);
  });
});

describe("a clock in the store", () => {
  it("comes back as it was, in as many bytes as any other, so that its row never moves", () => {
    fc.assert(
      fc.property(life, (drawn) => {
        const clock = live(drawn, () => undefined);
        const bytes = encodeClock(clock);
        expect(decodeClock(bytes)).toEqual(clock);
        expect(bytes.length).toBe(64);
      }),
    );
  });

  it("is still read as the version before wrote it", () => {
    const bytes = Buffer.from(versionOne.bytes, "hex");
    expect(decodeClock(bytes)).toEqual(versionOne.clock);
    expect(decodeClock(encodeClock(versionOne.clock))).toEqual(versionOne.clock);
  });

  it("holds the rates of the least exact crystal that may be stated", () => {
    const clock = clockOfUnknownHistory(0, NOW, { ...POLICY, noisePpm: MOST_PPM }, MOST_PPM);
    expect(decodeClock(encodeClock(clock))).toEqual(clock);
  });

  it("is neither guessed at nor cut off", () => {
    expect(() => decodeClock(Uint8Array.of(3, 0))).toThrow("by a later version of warifu");
    expect(() => encodeClock(exact(400 * DAY))).toThrow(RangeError);
  });
});
