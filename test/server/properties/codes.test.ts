import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeGenerator, stepAt } from "../../../firmware/otp/totp.js";
import { startClock } from "../../../server/core/clock/estimate.js";
import { barred } from "../../../server/core/decision.js";
import { DEFAULT_POLICY } from "../../../server/core/policy.js";
import { resync } from "../../../server/core/resync.js";
import type { Token } from "../../../server/core/token.js";
import { verify } from "../../../server/core/verify.js";
import { nodeHash } from "../../../server/hashes.js";
import { NOON } from "../../support/core-bank.js";

const STEP = stepAt(NOON);
const NOBLE = [sha1, sha256, sha512];

const EXACT = startClock(0, { lowest: 0, highest: 0 }, NOON, DEFAULT_POLICY.clock);

/** A token of which every step within a hundred years has a code of its own. */
const token: Token = {
  ...{ serial: "12345678", status: "usable", suspended: false, failures: 0, lastStep: -1 },
  ...{ clock: EXACT, contract: undefined, start: undefined, expiry: undefined },
  codeAt: (step) => String(step % 1_000_000).padStart(6, "0"),
};
const now = fc.double({ min: NOON - 29, max: NOON + 29, noNaN: true });

describe("codes", () => {
  it("rule 1: are six digits of any seed, hash and step, those of RFC 4226", () => {
    const seed = fc.uint8Array({ minLength: 16, maxLength: 64 });
    const step = fc.nat(0xffffffff);
    fc.assert(
      fc.property(seed, fc.constantFrom(1, 2, 3), step, (secret, algorithm, counter) => {
        const code = codeGenerator(nodeHash(algorithm), secret)(counter);
        const message = Buffer.alloc(8);
        message.writeUInt32BE(counter, 4);
        const mac = Buffer.from(hmac(NOBLE[algorithm - 1]!, secret, message));
        const number = mac.readUInt32BE(mac.at(-1)! & 15) & 0x7fffffff;
        expect(code).toBe(String(number % 1_000_000).padStart(6, "0"));
        expect(code).toMatch(/^[0-9]{6}$/);
      }),
    );
  });

  it("rule 1: change with the minute", () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 32),
        fc.double({ min: 0, max: 59.99, noNaN: true }),
        (step, second) => {
          expect(stepAt(step * 60 + second)).toBe(step);
        },
      ),
    );
  });

  it("rule 5: are evaluated of a token in service, not suspended and in date; of no other", () => {
    const states = fc.record({
      status: fc.constantFrom("usable", "revoked", "lost", "faulty"),
      suspended: fc.boolean(),
      start: fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }),
      expiry: fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }),
    } as const);
    fc.assert(
      fc.property(states, ({ status, suspended, start, expiry }) => {
        const times = {
          start: start === undefined ? undefined : NOON + start,
          expiry: expiry === undefined ? undefined : NOON + expiry,
        };
        const early = start !== undefined && start > 0;
        const late = expiry !== undefined && expiry <= 0;
        const date = early || late ? "expired" : undefined;
        const expected = status !== "usable" ? "revoked" : suspended ? "suspended" : date;
        const state = { ...token, status, suspended, ...times };
        expect(barred(state, NOON)).toBe(expected);
        const { answer, next } = verify(state, token.codeAt(STEP), NOON, DEFAULT_POLICY);
        expect(answer.accepted).toBe(expected === undefined);
        if (expected)
          expect([answer, next]).toEqual([{ accepted: false, reason: expected }, undefined]);
      }),
    );
  });
});

describe("rule 8: time correction", () => {
  const reach = fc.integer({ min: 1, max: 60 });
  const asked = (
    state: Token,
    first: number,
    at: number,
    resyncSteps: number,
    second = first + 1,
  ) =>
    resync(state, [state.codeAt(first), state.codeAt(second)], at, {
      ...DEFAULT_POLICY,
      resyncSteps,
    });

  it("finds every pair within reach that is later than the last code, and no other", () => {
    fc.assert(
      fc.property(
        reach,
        fc.integer({ min: -70, max: 70 }),
        fc.integer({ min: -70, max: 70 }),
        now,
        (steps, distance, used, at) => {
          const state = { ...token, lastStep: STEP + used, failures: 2 };
          const { answer, next } = asked(state, STEP + distance, at, steps);
          const inReach = distance >= -steps && distance + 1 <= steps;
          if (inReach && distance > used) {
            expect(answer).toEqual({
              resynchronized: true,
              clockOffset: expect.any(Number) as number,
            });
            expect(next).toMatchObject({ lastStep: STEP + distance + 1, failures: 0 });
          } else {
            expect(answer).toEqual({ resynchronized: false, reason: "wrong_code" });
            expect(next).toMatchObject({ lastStep: STEP + used, failures: 3, clock: token.clock });
          }
        },
      ),
    );
  });

  it("takes adjacent codes in their order only", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -30, max: 29 }),
        fc.integer({ min: -30, max: 30 }),
        (first, apart) => {
          fc.pre(apart !== 1);
          const { answer } = asked(token, STEP + first, NOON, 60, STEP + first + apart);
          expect(answer.resynchronized).toBe(false);
        },
      ),
    );
  });

  it("uses up the second code, and leaves a clock by which the next one is accepted", () => {
    const seconds = fc.double({ min: 0, max: 59.9, noNaN: true });
    // Where it was thought to be, or far from there.
    const offset = fc.oneof(
      fc.constant(0),
      fc.double({ min: 122, max: 3000, noNaN: true }),
      fc.double({ min: -3000, max: -122, noNaN: true }),
    );
    fc.assert(
      fc.property(offset, now, seconds, seconds, (ahead, read, typing, later) => {
        const second = stepAt(read + ahead);
        const found = asked(token, second - 1, read + typing, 60);
        const state = { ...token, ...found.next };
        const use = (step: number, when: number) =>
          verify(state, state.codeAt(step), when, DEFAULT_POLICY).answer;
        expect(use(second, read + typing)).toEqual({ accepted: false, reason: "already_used" });
        // The token shows the next one a minute after; it takes up to a minute more to be typed.
        expect(use(second + 1, read + 60 + later)).toEqual({ accepted: true });
      }),
    );
  });
});
