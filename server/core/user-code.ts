import type { Book } from "./book.js";
import type { Refusal } from "./decision.js";
import { resync, type ResyncAnswer } from "./resync.js";
import { apply, type Rules, tell } from "./rules.js";
import { type User, waitsUntil } from "./user.js";
import { type Verdict, verify, verifyNobody } from "./verify.js";

/** Decides a code by serial: of whoever holds the token. A serial nobody knows is a wrong code. */
export function verifySerial(book: Book, rules: Rules, serial: string, code: string): Verdict {
  const token = book.token(serial);
  const decision = token
    ? verify(rules.open(token), code, rules.now, rules.policy)
    : verifyNobody(rules, code);
  return apply(book, rules, serial, decision);
}

/**
 * Decides a code by user: the rules of the user's state, then those of the token. A user nobody knows is
 * a wrong code.
 */
export function verifyUser(book: Book, rules: Rules, id: string, code: string): Verdict {
  const user = book.user(id);
  if (!user) {
    const { answer } = verifyNobody(rules, code);
    book.record(rules.caller, "verify", "wrong_code", {}, { user: id });
    return answer;
  }
  const bar = barredUser(user, rules.now);
  const token = book.token(user.serial);
  if (bar || !token) {
    const reason = bar ?? "unregistered";
    book.record(rules.caller, "verify", reason, { user });
    return { accepted: false, reason };
  }
  const decision = verify(rules.open(token), code, rules.now, rules.policy);
  return apply(book, rules, token.serial, decision, user);
}

/** Finds the clock of a user's token again (時刻補正), within half an hour. */
export function resyncUser(
  book: Book,
  rules: Rules,
  user: User,
  codes: readonly [string, string],
): ResyncAnswer {
  const bar = barredUser(user, rules.now);
  const token = book.token(user.serial);
  if (bar || !token) {
    const reason = bar ?? "unregistered";
    book.record(rules.caller, "resync", reason, { user });
    return { resynchronized: false, reason };
  }
  const { now, policy } = rules;
  const decision = resync(rules.open(token), codes, now, policy, policy.userResyncSteps);
  const answer = apply(book, rules, token.serial, decision, user);
  if (answer.resynchronized) tell(book, user, "resynchronized");
  return answer;
}

function barredUser(user: User, now: number): Refusal | undefined {
  if (waitsUntil(user, now) !== undefined) return "revoked";
  if (user.holding !== "registered") return "unregistered";
  return user.stopped ? "suspended" : undefined;
}
