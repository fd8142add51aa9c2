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

/** Counts a wrong code. The one that reaches the limit suspends the token, and is answered so. */
export function wrongCode<Answer>(
  token: TokenState,
  maxFailures: number,
  refuse: (reason: Refusal) => Decision<Answer>,
): Decision<Answer> {
  const failures = token.failures + 1;
  const next = { ...stateOf(token), failures, suspended: failures >= maxFailures };
  const wrong = { ...refuse("wrong_code"), next };
  if (!next.suspended) return wrong;
  const { answer } = refuse("suspended");
  const happenings = [...wrong.happenings, { event: "lock", result: "suspended" } as const];
  return { answer, next, happenings };
}

/** The changing part of a token. */
export function stateOf(token: TokenState): TokenState {
  const { status, suspended, failures, lastStep, clock, contract } = token;
  return { status, suspended, failures, lastStep, clock, contract };
}
