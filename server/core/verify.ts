import { learn, type StepsSeen } from "./clock/estimate.js";
import { sameCode } from "./compare.js";
import { barred, type Decision, type Refusal, stateOf, wrongCode } from "./decision.js";
import type { Policy } from "./policy.js";
import { usedUpTo } from "./restored.js";
import type { Rules } from "./rules.js";
import type { Token } from "./token.js";
import { acceptableSteps, MAX_STEPS } from "./window.js";

/** The answer to a code. */
export type Verdict =
  { readonly accepted: true } | { readonly accepted: false; readonly reason: Refusal };

/** Codes of the widest window, and of the last step accepted. */
const MOST_CODES = 2 * MAX_STEPS + 2;

/** Stands for the code of a token that shows none: no typed code equals it. */
const NO_CODE = "------";

/**
 * Decides one code for one token. A code that is not accepted costs the same work whatever is known of
 * the token's clock.
 * @param code six ASCII digits
 * @param now Unix seconds
 */
export function verify(token: Token, code: string, now: number, policy: Policy): Decision<Verdict> {
  const bar = barred(token, now);
  if (bar) return refuse(bar);
  const { fresh, used } = matchingSteps(token, code, now, policy);
  // A code seen once stays used, even should a later step of the window happen to repeat it.
  if (used) return refuse("already_used");
  if (fresh !== undefined) {
    return {
      answer: { accepted: true },
      next: {
        ...stateOf(token),
        failures: 0,
        lastStep: fresh.first,
        clock: learn(token.clock, fresh, now, policy.clock),
      },
      happenings: [{ event: "verify", result: "accepted" }],
    };
  }
  return wrongCode(token, policy.maxFailures, refuse);
}

/**
 * Refuses a code where there is no token to ask, after the same work as for a wrong one: it is compared
 * with the decoy's codes, and the result is thrown away.
 */
export function verifyNobody(rules: Rules, code: string): Decision<Verdict> {
  const decoy = rules.open(rules.decoy);
  const codeAt = (step: number): string => decoy.codeAt(step) && NO_CODE;
  verify({ ...decoy, codeAt }, code, rules.now, rules.policy);
  return refuse("wrong_code");
}

/**
 * Computes every step of the window, whatever matches first, so that the time taken tells nothing; and
 * where none is good, as many more as the widest window has, so that it tells nothing of the window.
 *
 * Should several steps that are still good share the code's digits, the token showed one of them, and
 * nobody can tell which. The first one is taken: a later one would lock out the codes that the token
 * shows next. The clock learns that it was one of them all. The others must not let the same digits in
 * again once the first has left the window: so the last step accepted is looked at too, as long as
 * such a step may be in the window. Where there is none, a code that has left the window is a wrong one.
 */
function matchingSteps(
  token: Token,
  code: string,
  now: number,
  policy: Policy,
): { fresh: StepsSeen | undefined; used: boolean } {
  const window = acceptableSteps(token.clock, now, policy.clock);
  const { lastStep } = token;
  const last = usedUpTo(token, policy.clock);
  let computed = 0;
  const sameAt = (step: number): boolean => {
    computed++;
    return sameCode(token.codeAt(step), code);
  };
  const recent = lastStep < window.first && lastStep >= window.first - 2 * MAX_STEPS;
  let fresh: StepsSeen | undefined;
  const repeats = recent && sameAt(lastStep);
  let used = false;
  for (let step = window.first; step <= window.last; step++) {
    const same = sameAt(step);
    if (same && step <= last) used = true;
    if (same && step > last) fresh = { first: fresh?.first ?? step, last: step };
  }
  used ||= repeats && fresh !== undefined;
  if (used || fresh === undefined) while (computed < MOST_CODES) sameAt(0);
  return { fresh, used };
}

function refuse(reason: Refusal): Decision<Verdict> {
  return {
    answer: { accepted: false, reason },
    next: undefined,
    happenings: [{ event: "verify", result: reason }],
  };
}
