import { sameCode } from "./compare.js";
import { afterWrongCode, barred, type Decision, type Refusal, stateOf } from "./decision.js";
import type { Policy } from "./policy.js";
import type { Token } from "./token.js";
import { acceptableSteps } from "./window.js";

/** The answer to a code. */
export type Verdict =
  { readonly accepted: true } | { readonly accepted: false; readonly reason: Refusal };

/**
 * Decides one code for one token.
 * @param token undefined for a serial nobody knows, which answers like a wrong code
 * @param code six ASCII digits
 * @param now Unix seconds
 */
export function verify(
  token: Token | undefined,
  code: string,
  now: number,
  policy: Policy,
): Decision<Verdict> {
  if (!token) return refuse("wrong_code");
  const bar = barred(token, now);
  if (bar) return refuse(bar);
  const { fresh, used } = matchingSteps(token, code, now);
  // A code seen once stays used, even should a later step of the window happen to repeat it.
  if (used) return refuse("already_used");
  if (fresh !== undefined) {
    return {
      answer: { accepted: true },
      next: { ...stateOf(token), failures: 0, lastStep: fresh },
      happenings: [{ event: "verify", result: "accepted" }],
    };
  }
  return wrongCode(token, policy);
}

/** Computes every step of the window, whatever matches first, so that the time taken tells nothing. */
function matchingSteps(
  token: Token,
  code: string,
  now: number,
): { fresh: number | undefined; used: boolean } {
  const window = acceptableSteps(token.clockOffset, now);
  let fresh: number | undefined;
  let used = false;
  for (let step = window.first; step <= window.last; step++) {
    const same = sameCode(token.codeAt(step), code);
    if (same && step <= token.lastStep) used = true;
    if (same && step > token.lastStep) fresh = step;
  }
  return { fresh, used };
}

function wrongCode(token: Token, policy: Policy): Decision<Verdict> {
  const next = afterWrongCode(token, policy.maxFailures);
  if (!next.suspended) return { ...refuse("wrong_code"), next };
  return {
    answer: { accepted: false, reason: "suspended" },
    next,
    happenings: [
      { event: "verify", result: "wrong_code" },
      { event: "lock", result: "suspended" },
    ],
  };
}

function refuse(reason: Refusal): Decision<Verdict> {
  return {
    answer: { accepted: false, reason },
    next: undefined,
    happenings: [{ event: "verify", result: reason }],
  };
}
