import type { Token, TokenState } from "./token.js";

/** Why a code is not accepted. */
export type Refusal =
  "wrong_code" | "already_used" | "suspended" | "expired" | "revoked" | "unregistered";

/** What the record of a decision says happened. */
export interface Happening {
  readonly event: "verify" | "lock" | "unlock" | "revoke" | "resync";
  readonly result: string;
}

/** What the rules decide: the answer, the token's new state, and what the audit is to say. */
export interface Decision<Answer> {
  readonly answer: Answer;
  /** Undefined where nothing changes. */
  readonly next: TokenState | undefined;
  readonly happenings: readonly Happening[];
}

/**
 * Whether a token's code may be evaluated at all: revoked, then suspended, then out of date.
 * @returns why not, or undefined where it may
 */
export function barred(
  token: Pick<Token, "status" | "suspended" | "start" | "expiry">,
  now: number,
): Refusal | undefined {
  if (token.status !== "usable") return "revoked";
  if (token.suspended) return "suspended";
  const inDate = now >= (token.start ?? -Infinity) && now < (token.expiry ?? Infinity);
  return inDate ? undefined : "expired";
}

/** The state after a wrong code: one more failure, and at the limit suspended. */
export function afterWrongCode(token: TokenState, maxFailures: number): TokenState {
  const failures = token.failures + 1;
  return { ...stateOf(token), failures, suspended: failures >= maxFailures };
}

/** The changing part of a token. */
export function stateOf(token: TokenState): TokenState {
  const { status, suspended, failures, lastStep, clock, contract } = token;
  return { status, suspended, failures, lastStep, clock, contract };
}
