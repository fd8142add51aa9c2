import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeGenerator } from "../../firmware/otp/totp.js";
import { offsetRange } from "../../server/core/clock/estimate.js";
import { clockOfUnknownHistory, clockSetAt } from "../../server/core/clock/prior.js";
import { sameCode } from "../../server/core/compare.js";
import { revoke, unlock } from "../../server/core/lifecycle.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { resync } from "../../server/core/resync.js";
import type { Token, TokenState } from "../../server/core/token.js";
import { verify } from "../../server/core/verify.js";
import { possibleSteps } from "../../server/core/window.js";
import { nodeHash } from "../../server/hashes.js";
import { clockNear } from "../support/core-bank.js";

const NOW = Date.UTC(2026, 10, 23, 3, 0, 30) / 1000; // the middle of a minute
const STEP = NOW / 60 - 0.5;
const codeAt = codeGenerator(nodeHash(1), Buffer.from("12345678901234567890"));

const fresh: Token = {
  serial: "12345678",
  status: "usable",
  suspended: false,
  failures: 0,
  lastStep: -1,
  clock: clockNear(0, NOW),
  contract: undefined,
  start: NOW - 1000,
  expiry: NOW + 1000,
  codeAt,
};

/** A code that no step near now has. */
function wrongCode(): string {
  const near = Array.from({ length: 7 }, (_, index) => codeAt(STEP - 3 + index));
  return ["000000", "111111", "222222"].find((code) => !near.includes(code))!;
}

/** Asks one after the other, each time with the state the last answer left. */
function ask(token: Token, codes: readonly string[], now = NOW) {
  let state = token;
  return codes.map((code) => {
    const { answer, next } = verify(state, code, now, DEFAULT_POLICY);
    state = { ...state, ...next };
    return answer.accepted ? "accepted" : answer.reason;
  });
}

describe("the work of an answer", () => {
  const askedFor = (code: string, token = fresh): number[] => {
    const asked: number[] = [];
    const watched = { ...token, codeAt: (step: number) => (asked.push(step), codeAt(step)) };
    verify(watched, code, NOW, DEFAULT_POLICY);
    return asked;
  };

  it("is every step of the window, whatever matches first", () => {
    for (const code of [codeAt(STEP - 1), codeAt(STEP), wrongCode()]) {
      expect(askedFor(code).slice(0, 3)).toEqual([STEP - 1, STEP, STEP + 1]);
    }
    for (const lastStep of [-1, STEP - 2, STEP - 1]) {
      expect(askedFor(codeAt(STEP), { ...fresh, lastStep })).toHaveLength(
        lastStep === STEP - 2 ? 4 : 3,
      );
    }
  });

  it("that refuses is that of the widest window and the last step, whatever the window is", () => {
    const clock = clockOfUnknownHistory(0, NOW, DEFAULT_POLICY.clock);
    const unknown = { ...fresh, clock, lastStep: STEP - 15 };
    expect(askedFor(wrongCode())).toHaveLength(22);
    expect(new Set(askedFor(wrongCode(), unknown)).size).toBe(22);
    expect(askedFor(wrongCode(), unknown)).toHaveLength(22);
    expect(askedFor(codeAt(STEP), { ...fresh, lastStep: STEP })).toHaveLength(22);
  });
});

describe("one-time use (rules 3 and 5)", () => {
  it("a code is accepted once", () => {
    expect(ask(fresh, [codeAt(STEP), codeAt(STEP)])).toEqual(["accepted", "already_used"]);
  });

  it("an earlier step is refused after a later one, unused as it is", () => {
    const codes = [codeAt(STEP), codeAt(STEP - 1), codeAt(STEP + 1)];
    expect(ask(fresh, codes)).toEqual(["accepted", "already_used", "accepted"]);
  });

  it("a used code neither counts as wrong nor sets the counter back", () => {
    const used = verify(
      { ...fresh, lastStep: STEP, failures: 3 },
      codeAt(STEP),
      NOW,
      DEFAULT_POLICY,
    );
    expect(used.answer).toEqual({ accepted: false, reason: "already_used" });
    expect(used.next).toBeUndefined();
  });

  it("one that has left the window is a wrong one, and counts", () => {
    const left = { ...fresh, lastStep: STEP - 4, failures: 3 };
    const wrong = verify(left, codeAt(STEP - 4), NOW, DEFAULT_POLICY);
    expect(wrong.answer).toEqual({ accepted: false, reason: "wrong_code" });
    expect(wrong.next?.failures).toBe(4);
  });

  it("stays used also where a later step repeats its digits", () => {
    const repeating = { ...fresh, lastStep: STEP, codeAt: () => "123456" };
    expect(ask(repeating, ["123456"])).toEqual(["already_used"]);
  });

  it("of steps that share a code the first is taken, so that the next codes stay good", () => {
    const shared = (step: number) => (step === STEP - 1 || step === STEP ? "123456" : codeAt(step));
    const repeating = { ...fresh, codeAt: shared };
    expect(ask(repeating, ["123456", codeAt(STEP + 1)])).toEqual(["accepted", "accepted"]);
    expect(verify(repeating, "123456", NOW, DEFAULT_POLICY).next?.lastStep).toBe(STEP - 1);
  });

  it("what they share is used up while one of them may be shown, be it out of the window itself", () => {
    const shared = (step: number) => (step === STEP - 1 || step === STEP ? "123456" : codeAt(step));
    const { next } = verify({ ...fresh, codeAt: shared }, "123456", NOW, DEFAULT_POLICY);
    const repeating = { ...fresh, ...next, clock: clockNear(0.5, NOW), codeAt: shared };
    const used = verify(repeating, "123456", NOW + 20, DEFAULT_POLICY);
    expect(used.answer).toEqual({ accepted: false, reason: "already_used" });
    // A long time afterwards the digits are as good as any.
    const later = { ...repeating, expiry: undefined, codeAt: () => "123456" };
    expect(ask({ ...later, clock: clockNear(0, NOW + 3600) }, ["123456"], NOW + 3600)).toEqual([
      "accepted",
    ]);
  });

  it("what they share is used up for as long as the widest window, twice over", () => {
    const at = (distance: number) => {
      const lastStep = STEP - 1 - distance; // so many steps before the window
      const shared = (step: number) =>
        step === lastStep || step === STEP ? "123456" : codeAt(step);
      return ask({ ...fresh, lastStep, codeAt: shared }, ["123456"])[0];
    };
    expect([1, 19, 20, 21].map(at)).toEqual([
      ...["already_used", "already_used", "already_used"],
      "accepted",
    ]);
  });

  it("the clock learns no more of such a code than that one of them was shown", () => {
    const wide = { ...fresh, clock: clockOfUnknownHistory(0, NOW, DEFAULT_POLICY.clock) };
    const shared = { ...wide, codeAt: (step: number) => (step % 5 === 0 ? "123456" : "000000") };
    const { clock } = verify(shared, "123456", NOW, DEFAULT_POLICY).next!;
    const { lowest, highest } = offsetRange(clock, NOW, DEFAULT_POLICY.clock);
    expect(highest - lowest).toBeGreaterThan(15 * 60);
  });
});

describe("suspension (rules 5, 34, 36)", () => {
  it("the fifth wrong code in a row suspends; then nothing is evaluated", () => {
    const wrong = wrongCode();
    expect(ask(fresh, [wrong, wrong, wrong, wrong, wrong, wrong, codeAt(STEP)])).toEqual([
      "wrong_code",
      "wrong_code",
      "wrong_code",
      "wrong_code",
      "suspended",
      "suspended",
      "suspended",
    ]);
  });

  it("a success sets the counter back", () => {
    const wrong = wrongCode();
    const codes = [wrong, wrong, wrong, wrong, codeAt(STEP), wrong, wrong, wrong, wrong];
    expect(ask(fresh, codes)).not.toContain("suspended");
  });

  it("says in the audit that the limit was reached", () => {
    const { happenings } = verify({ ...fresh, failures: 4 }, wrongCode(), NOW, DEFAULT_POLICY);
    expect(happenings).toEqual([
      { event: "verify", result: "wrong_code" },
      { event: "lock", result: "suspended" },
    ]);
  });
});

describe("reasons, in their order", () => {
  const evaluated = { ...fresh, codeAt: () => expect.fail("a code was evaluated") };
  it.each([
    ["revoked", { status: "revoked", suspended: true, expiry: 0 }],
    ["revoked", { status: "lost" }],
    ["revoked", { status: "faulty" }],
    ["suspended", { suspended: true, expiry: 0 }],
    ["expired", { expiry: NOW }],
    ["expired", { start: NOW + 1 }],
  ] satisfies [string, Partial<Token>][])(
    "%s, with nothing evaluated or counted",
    (reason, state) => {
      const { answer, next } = verify({ ...evaluated, ...state }, "123456", NOW, DEFAULT_POLICY);
      expect(answer).toEqual({ accepted: false, reason });
      expect(next).toBeUndefined();
    },
  );

  it("valid until the second before expiry, and from its start (rule 14)", () => {
    expect(ask({ ...fresh, expiry: NOW + 1 }, [codeAt(STEP)])).toEqual(["accepted"]);
    expect(ask({ ...fresh, start: NOW }, [codeAt(STEP)])).toEqual(["accepted"]);
    expect(ask({ ...fresh, start: undefined, expiry: undefined }, [codeAt(STEP)])).toEqual([
      "accepted",
    ]);
  });
});

describe("resynchronization (rule 8)", () => {
  const pair = (first: number): [string, string] => [codeAt(first), codeAt(first + 1)];
  const answer = (token: Token, codes: [string, string]) =>
    resync(token, codes, NOW, DEFAULT_POLICY);

  it.each([-1440, -37, -1, 0, 500, 1439])("finds a clock %i steps away", (distance) => {
    const found = answer(fresh, pair(STEP + distance));
    expect(found.answer).toEqual({ resynchronized: true, clockOffset: distance + 1 });
    expect(found.next).toMatchObject({ lastStep: STEP + distance + 1, failures: 0 });
  });

  it("uses up the second code, and the next one is then accepted", () => {
    const { next } = answer(fresh, pair(STEP + 100));
    const synchronized = { ...fresh, ...next };
    expect(ask(synchronized, [codeAt(STEP + 101), codeAt(STEP + 102)])).toEqual([
      "already_used",
      "accepted",
    ]);
  });

  it("is one more observation where the clock could be there, and a new beginning elsewhere", () => {
    const set = clockSetAt(NOW - 1000, 0, 20, DEFAULT_POLICY.clock);
    const known = { ...fresh, clock: { ...set, slowest: 3, fastest: 9 } };
    const rates = ({ next }: ReturnType<typeof answer>) => {
      const { ppm, slowest, fastest, floors } = next!.clock;
      return { ppm, slowest, fastest, floors: floors.length };
    };
    expect(rates(answer(known, pair(STEP - 1)))).toMatchObject({
      slowest: 3,
      fastest: 9,
      floors: 2,
    });
    const { first, last } = possibleSteps(known.clock, NOW, DEFAULT_POLICY.clock);
    for (const edge of [first, last]) {
      expect(rates(answer(known, pair(edge - 1)))).toMatchObject({ floors: 2 });
    }
    const anew = { ppm: 20, slowest: -26, fastest: 26, floors: 1 };
    for (const beyond of [first - 1, last + 1]) {
      expect(rates(answer(known, pair(beyond - 1)))).toMatchObject({ floors: 1 });
    }
    expect(rates(answer(known, pair(STEP + 100)))).toEqual(anew);
  });

  it.each([
    ["codes of no adjacent steps", [codeAt(STEP), codeAt(STEP + 2)]],
    ["codes in the wrong order", [codeAt(STEP + 1), codeAt(STEP)]],
    ["codes out of reach", [codeAt(STEP + 2000), codeAt(STEP + 2001)]],
    ["codes of which only the second is in reach", [codeAt(STEP - 1441), codeAt(STEP - 1440)]],
  ] as [string, [string, string]][])("%s count as one wrong code", (_name, codes) => {
    const wrong = answer(fresh, codes);
    expect(wrong.answer).toEqual({ resynchronized: false, reason: "wrong_code" });
    expect(wrong.next).toEqual({
      status: "usable",
      suspended: false,
      failures: 1,
      lastStep: -1,
      clock: fresh.clock,
    });
  });

  it("both codes must be later than the last accepted one", () => {
    const used = { ...fresh, lastStep: STEP };
    const wrong = { resynchronized: false, reason: "wrong_code" };
    expect(answer(used, pair(STEP)).answer).toEqual(wrong);
    expect(answer(used, pair(STEP + 1)).answer.resynchronized).toBe(true);
  });

  it("the fifth wrong pair suspends; what is barred is not evaluated", () => {
    const last = answer({ ...fresh, failures: 4 }, [wrongCode(), wrongCode()]);
    expect(last.answer).toEqual({ resynchronized: false, reason: "suspended" });
    expect(last.happenings.map(({ event }) => event)).toEqual(["resync", "lock"]);
    for (const [reason, state] of [
      ["suspended", { suspended: true }],
      ["revoked", { status: "revoked" }],
      ["expired", { expiry: NOW }],
    ] satisfies [string, Partial<Token>][]) {
      const barred = answer({ ...fresh, ...state }, pair(STEP));
      expect(barred.answer).toEqual({ resynchronized: false, reason });
      expect(barred.next).toBeUndefined();
    }
  });

  it("takes the pair nearest to where the clock should stand, and starts at step 0", () => {
    const periodic = { ...fresh, codeAt: (step: number) => (step % 10 < 5 ? "111111" : "222222") };
    const { answer: found } = resync(periodic, ["111111", "222222"], 65.5 * 60, DEFAULT_POLICY);
    expect(found).toEqual({ resynchronized: false, reason: "expired" });
    const always = { ...periodic, start: undefined };
    expect(resync(always, ["111111", "222222"], 63.5 * 60, DEFAULT_POLICY).answer).toEqual({
      resynchronized: true,
      clockOffset: 2,
    });
    expect(resync(always, ["111111", "222222"], 67.5 * 60, DEFAULT_POLICY).answer).toEqual({
      resynchronized: true,
      clockOffset: -2,
    });
  });
});

describe("unlock and revoke", () => {
  const state = (changes: Partial<TokenState>): TokenState => ({ ...fresh, ...changes });

  it("unlock lifts a suspension and sets the counter back; else it changes nothing", () => {
    const lifted = unlock(state({ suspended: true, failures: 5, lastStep: 9 }));
    expect(lifted).toMatchObject({
      answer: true,
      next: { suspended: false, failures: 0, lastStep: 9 },
    });
    expect(unlock(state({ failures: 3 }))).toMatchObject({ answer: false, next: undefined });
    const gone = state({ suspended: true, status: "revoked" });
    const happenings = [{ event: "unlock", result: "unchanged" }];
    expect(unlock(gone)).toEqual({ answer: false, next: undefined, happenings });
  });

  it("revoke takes a token out of service; a suspension stays and is said", () => {
    expect(revoke(state({}))).toMatchObject({ answer: true, next: { status: "revoked" } });
    const suspended = revoke(state({ suspended: true }));
    expect(suspended.next).toMatchObject({ status: "revoked", suspended: true });
    expect(suspended.happenings[0]?.result).toBe("revoked_while_suspended");
    const happenings = [{ event: "revoke", result: "unchanged" }];
    expect(revoke(state({ status: "lost" }))).toEqual({
      ...{ answer: false, next: undefined, happenings },
    });
  });
});

describe("properties", () => {
  const anyCode = fc.oneof(
    fc.integer({ min: -4, max: 4 }).map((distance) => ({ distance })),
    fc.constant("wrong" as const),
  );

  it("no step is accepted twice, none at or below the last; six guesses are never evaluated", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyCode, fc.integer({ min: 0, max: 90 })), { maxLength: 40 }),
        (acts) => {
          let state: Token = fresh;
          let now = NOW;
          let wrong = 0;
          const accepted: number[] = [];
          for (const [act, wait] of acts) {
            now += wait;
            const step = Math.floor(now / 60);
            const code = act === "wrong" ? wrongCode() : codeAt(step + act.distance);
            const { answer, next } = verify(state, code, now, DEFAULT_POLICY);
            if (answer.accepted) {
              accepted.push(next!.lastStep);
              wrong = 0;
            } else if (next) wrong++;
            expect(state.suspended && answer.accepted).toBe(false);
            state = { ...state, ...next, expiry: undefined };
          }
          expect(accepted).toEqual([...new Set(accepted)].sort((a, b) => a - b));
          expect(wrong).toBeLessThanOrEqual(5);
        },
      ),
    );
  });

  it("comparison agrees with equality", () => {
    const digits = fc.stringMatching(/^[0-9]{6}$/);
    fc.assert(fc.property(digits, digits, (a, b) => sameCode(a, b) === (a === b)));
    expect(sameCode("123456", "123456")).toBe(true);
    expect(sameCode("123456", "12345")).toBe(false);
  });
});
