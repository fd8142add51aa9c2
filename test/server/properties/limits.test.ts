import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FailureLimit } from "../../../server/failure-limit.js";
import { TooSoon } from "../../../server/attempts.js";

const HOUR = 3_600_000; // milliseconds

describe("rules 20, 63: wrong codes that are evaluated", () => {
  const guess = fc.record({
    key: fc.constantFrom("a", "b"),
    wait: fc.oneof(fc.nat(HOUR / 20), fc.constant(0), fc.nat(3 * HOUR)),
    wrong: fc.integer({ min: 0, max: 4 }).map((chance) => chance > 0),
  });

  it("are under one key no more in any hour than the limit, and as many again that drained", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(guess, { maxLength: 80 }),
        (most, all) => {
          const limit = new FailureLimit(most);
          const evaluated: { key: string; at: number; wrong: boolean }[] = [];
          let at = 0;
          for (const { key, wait, wrong } of all) {
            at += wait;
            try {
              limit.check(key, at);
            } catch (error) {
              expect(error).toBeInstanceOf(TooSoon);
              continue;
            }
            limit.count(key, wrong, at);
            evaluated.push({ key, at, wrong });
          }
          for (const last of evaluated) {
            const hour = evaluated.filter(
              ({ key, at: then }) => key === last.key && then > last.at - HOUR && then <= last.at,
            );
            const right = hour.filter(({ wrong }) => !wrong).length;
            // A right one makes up for one that was wrong.
            expect(hour.length - right).toBeLessThanOrEqual(2 * most + right);
          }
        },
      ),
    );
  });

  it("are the other keys' as if there were no first one, and all there again after an hour", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(HOUR), (most, at) => {
        const limit = new FailureLimit(most);
        for (let count = 0; count < most; count++) {
          limit.check("a", at);
          limit.count("a", true, at);
        }
        expect(() => {
          limit.check("a", at);
        }).toThrow(TooSoon);
        limit.check("b", at);
        for (let count = 0; count < most; count++) {
          limit.check("a", at + HOUR);
          limit.count("a", true, at + HOUR);
        }
      }),
    );
  });
});
