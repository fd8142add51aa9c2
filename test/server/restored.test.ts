import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeGenerator } from "../../firmware/otp/totp.js";
import { learn, offsetRange } from "../../server/core/clock/estimate.js";
import { clockOfUnknownHistory } from "../../server/core/clock/prior.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { register } from "../../server/core/register.js";
import { usedUpTo } from "../../server/core/restored.js";
import { resync } from "../../server/core/resync.js";
import type { Token } from "../../server/core/token.js";
import { verify } from "../../server/core/verify.js";
import { acceptableSteps } from "../../server/core/window.js";
import { nodeHash } from "../../server/hashes.js";
import { decodeClock, encodeClock } from "../../server/store/clock-bytes.js";
import { clockNear, CoreBank, tokenOf, userOf } from "../support/core-bank.js";

const POLICY = DEFAULT_POLICY;
const NOW = Date.UTC(2026, 10, 23, 3, 0, 30) / 1000; // the middle of a minute
const STEP = NOW / 60 - 0.5;
const DAY = 86_400;
const codeAt = codeGenerator(nodeHash(1), Buffer.from("12345678901234567890"));

const backedUp: Token = {
  ...{ serial: "12345678", status: "usable", suspended: false, failures: 3, lastStep: STEP - 60 },
  ...{ clock: clockNear(0, NOW), contract: undefined, start: undefined, expiry: undefined, codeAt },
};
const restored: Token = { ...backedUp, restoredAt: NOW };

const answerTo = (token: Token, step: number, now: number) =>
  verify(token, codeAt(step), now, POLICY).answer;

/** One use after the other: how long after the one before, and where in the window its step is. */
const uses = fc.array(
  fc.record({
    gap: fc.oneof(
      fc.double({ min: 0, max: 300, noNaN: true }),
      fc.integer({ min: 0, max: DAY }),
      fc.integer({ min: 0, max: 200 * DAY }),
    ),
    place: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  }),
  { minLength: 2, maxLength: 25 },
);

/** Accepts a step of each use's window, whatever the token: the clock learns from it as it is stored. */
function lived(drawn: typeof uses extends fc.Arbitrary<infer Drawn> ? Drawn : never) {
  let token = { ...backedUp, lastStep: -1, clock: clockOfUnknownHistory(0, NOW, POLICY.clock) };
  let time = NOW;
  const states = [{ time, token }];
  for (const { gap, place } of drawn) {
    time += gap;
    const window = acceptableSteps(token.clock, time, POLICY.clock);
    const first = Math.max(window.first, token.lastStep + 1);
    if (first > window.last) continue;
    const lastStep = first + Math.round(place * (window.last - first));
    const seen = { first: lastStep, last: lastStep };
    const clock = decodeClock(encodeClock(learn(token.clock, seen, time, POLICY.clock)));
    token = { ...token, lastStep, clock };
    states.push({ time, token });
  }
  return states;
}

describe("a restored database: no step that was accepted before it was restored", () => {
  it("is accepted again, whenever the backup was made and whatever the clock had learned since", () => {
    fc.assert(
      fc.property(uses, fc.nat(), (drawn, pick) => {
        const states = lived(drawn);
        const backup = states[pick % states.length]!.token;
        const { time, token } = states.at(-1)!;
        expect(usedUpTo({ ...backup, restoredAt: time }, POLICY.clock)).toBeGreaterThanOrEqual(
          token.lastStep,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("is accepted by any act, at any later time, and refusing it counts nothing", () => {
    const within = fc.double({ min: 0, max: 3600, noNaN: true });
    const distance = fc.integer({ min: -15, max: 60 });
    fc.assert(
      fc.property(fc.integer({ min: -8, max: 8 }), distance, within, (ahead, step, later) => {
        const clock = clockNear(ahead, NOW);
        const token = { ...restored, clock, lastStep: -1 };
        const last = usedUpTo(token, POLICY.clock);
        const [one, other] = [last - 30 + step, last - 29 + step];
        const verified = verify(token, codeAt(one), NOW + later, POLICY);
        if (one <= last) expect(verified.answer.accepted).toBe(false);
        const reach = { ...POLICY, resyncSteps: 120 };
        const pair = resync(token, [codeAt(one), codeAt(other)], NOW + later, reach);
        if (one <= last) expect(pair.answer).toMatchObject({ reason: "already_used" });
        else expect(pair.answer).toMatchObject({ resynchronized: true });
        if (one <= last) expect(pair.next).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe("a restored database, for honest users", () => {
  it("refuses what the token may have shown before as used, and takes the code after", () => {
    // In the middle of a minute this clock may be half a minute behind, or a minute ahead.
    expect(usedUpTo(restored, POLICY.clock)).toBe(STEP + 1);
    expect(answerTo(backedUp, STEP, NOW)).toEqual({ accepted: true });
    for (const step of [STEP - 1, STEP, STEP + 1]) {
      const { answer, next } = verify(restored, codeAt(step), NOW, POLICY);
      expect(answer).toEqual({ accepted: false, reason: "already_used" });
      expect(next).toBeUndefined();
    }
    expect(answerTo(restored, STEP + 2, NOW + 120)).toEqual({ accepted: true });
    const wrong = verify(restored, codeAt(STEP + 500), NOW + 120, POLICY);
    expect(wrong.next).toMatchObject({ failures: 4 });
  });

  it("waits two minutes at the most where the clock is known, however far it is off", () => {
    for (const ahead of [-9, 0, 9]) {
      const token = { ...restored, clock: clockNear(ahead, NOW), lastStep: -1 };
      expect(usedUpTo(token, POLICY.clock) - (STEP + ahead)).toBeLessThanOrEqual(1);
    }
  });

  it("waits as long as the clock is uncertain where it is not", () => {
    const clock = clockOfUnknownHistory(0, NOW, POLICY.clock);
    const { highest } = offsetRange(clock, NOW, POLICY.clock);
    const last = usedUpTo({ ...restored, clock }, POLICY.clock);
    expect(last).toBe(Math.floor((NOW + 1 + highest) / 60));
    expect(answerTo({ ...restored, clock }, last, last * 60)).toMatchObject({ accepted: false });
    expect(answerTo({ ...restored, clock }, last + 1, last * 60 + 60)).toEqual({ accepted: true });
  });

  it("forgets the rule where that is lifted, and what was accepted since stays used", () => {
    const { next } = verify(restored, codeAt(STEP + 2), NOW + 120, POLICY);
    const lifted = { ...restored, ...next!, restoredAt: undefined };
    expect(answerTo(lifted, STEP + 2, NOW + 120)).toMatchObject({ reason: "already_used" });
    expect(answerTo(backedUp, STEP, NOW)).toEqual({ accepted: true });
  });

  it("finds a clock again by codes from after the restore", () => {
    const pair = (first: number): [string, string] => [codeAt(first), codeAt(first + 1)];
    const later = NOW + 600;
    expect(resync(restored, pair(STEP + 1), later, POLICY)).toMatchObject({
      answer: { resynchronized: false, reason: "already_used" },
      next: undefined,
      happenings: [{ event: "resync", result: "already_used" }],
    });
    expect(resync(restored, pair(STEP + 2), later, POLICY).answer).toMatchObject({
      resynchronized: true,
    });
  });

  it("registers a token by a code from after, and counts none from before", () => {
    const token = tokenOf("12345678", { restoredAt: NOW, clock: clockNear(0, NOW) });
    const bank = new CoreBank(userOf("ichiro", { holding: "issued", serial: "12345678" }), token);
    bank.now = NOW;
    const registered = () =>
      bank.act((book, rules) => register(book, rules, "ichiro", "12345678", bank.code("12345678")));
    expect(registered()).toEqual({ registered: false, reason: "wrong_code" });
    expect(bank.said()).toEqual(["register already_used"]);
    expect(bank.user("ichiro").codeFailures).toBe(0);
    bank.now = NOW + 120;
    expect(registered()).toEqual({ registered: true, serial: "12345678" });
  });
});
