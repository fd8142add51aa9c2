import { type Decision, stateOf } from "./decision.js";
import type { TokenState } from "./token.js";

/**
 * Lifts a suspension: the counter starts anew. A token that is not suspended, or no longer usable,
 * is left as it is.
 */
export function unlock(token: TokenState): Decision<boolean> {
  if (!token.suspended || token.status !== "usable") {
    return {
      answer: false,
      next: undefined,
      happenings: [{ event: "unlock", result: "unchanged" }],
    };
  }
  return {
    answer: true,
    next: { ...stateOf(token), suspended: false, failures: 0 },
    happenings: [{ event: "unlock", result: "unlocked" }],
  };
}

/**
 * Revokes a token at once. A suspended one may be revoked too; its suspension stays, and is said.
 * One that is out of service already is left as it is.
 */
export function revoke(token: TokenState): Decision<boolean> {
  if (token.status !== "usable") {
    return {
      answer: false,
      next: undefined,
      happenings: [{ event: "revoke", result: "unchanged" }],
    };
  }
  const result = token.suspended ? "revoked_while_suspended" : "revoked";
  return {
    answer: true,
    next: { ...stateOf(token), status: "revoked" },
    happenings: [{ event: "revoke", result }],
  };
}
