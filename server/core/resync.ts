import { type ClockEstimate, type ClockPolicy, learn, seen, startClock } from "./clock/estimate.js";
import { sameCode } from "./compare.js";
import { barred, type Decision, type Refusal, stateOf, wrongCode } from "./decision.js";
import type { Policy } from "./policy.js";
import { usedUpTo } from "./restored.js";
import type { Token } from "./token.js";
import { expectedStep, offsetSteps, possibleSteps } from "./window.js";

/** The answer to a resynchronization. */
export type ResyncAnswer =
  | { readonly resynchronized: true; readonly clockOffset: number }
  | { readonly resynchronized: false; readonly reason: Refusal };

/**
 * Finds a token's clock again from two codes it showed one after the other. Both must be later than
 * the last accepted one; the second is used up by it. A pair that fits nowhere counts as one wrong
 * code. In a restored database a pair from before the restore may have been used, and does not count.
 * @param now Unix seconds
 * @param reach steps searched either way
 */
export function resync(
  token: Token,
  codes: readonly [first: string, second: string],
  now: number,
  policy: Policy,
  reach = policy.resyncSteps,
): Decision<ResyncAnswer> {
  const bar = barred(token, now);
  if (bar) return refuse(bar);
  const expected = expectedStep(token.clock, now, policy.clock);
  const second = findPair(token, codes, expected, reach);
  if (second !== undefined && second - 1 <= usedUpTo(token, policy.clock)) {
    return refuse("already_used");
  }
  if (second !== undefined) {
    const clock = foundAgain(token.clock, second, now, policy.clock);
    return {
      answer: { resynchronized: true, clockOffset: offsetSteps(clock, now, policy.clock) },
      next: { ...stateOf(token), failures: 0, lastStep: second, clock },
      happenings: [{ event: "resync", result: "resynchronized" }],
    };
  }
  return wrongCode(token, policy.maxFailures, refuse);
}

/**
 * A step that the clock was thought able to show is one more observation. Any other says that what was
 * assumed of it holds no more (a new battery, a clock set anew): all that was seen before is void.
 */
function foundAgain(
  clock: ClockEstimate,
  step: number,
  now: number,
  policy: ClockPolicy,
): ClockEstimate {
  const steps = { first: step, last: step };
  const { first, last } = possibleSteps(clock, now, policy);
  if (step >= first && step <= last) return learn(clock, steps, now, policy);
  return startClock(clock.ppm, seen(steps, now, policy), now, policy);
}

/** The step of the pair's second code, the one nearest to the expected step; all steps are computed. */
function findPair(
  token: Token,
  [first, second]: readonly [string, string],
  expected: number,
  reach: number,
): number | undefined {
  let found: number | undefined;
  let previous = false;
  for (let step = Math.max(0, expected - reach); step <= expected + reach; step++) {
    const code = token.codeAt(step);
    const fits = previous && sameCode(code, second);
    const nearer = found === undefined || Math.abs(step - expected) < Math.abs(found - expected);
    if (fits && nearer) found = step;
    previous = step > token.lastStep && sameCode(code, first);
  }
  return found;
}

function refuse(reason: Refusal): Decision<ResyncAnswer> {
  return {
    answer: { resynchronized: false, reason },
    next: undefined,
    happenings: [{ event: "resync", result: reason }],
  };
}
