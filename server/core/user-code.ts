import type { Book } from "./book.js";
import type { Refusal } from "./decision.js";
import { resync, type ResyncAnswer } from "./resync.js";
import { apply, type Rules, tell } from "./rules.js";
import { type User, waitsUntil } from "./user.js";
import { type Verdict, verify } from "./verify.js";

/** Decides a code by user: the rules of the user's state, then those of the token. */
export function verifyUser(book: Book, rules: Rules, id: string, code: string): Verdict {
  const user = book.user(id);
  const bar = user ? barredUser(user, rules.now) : "wrong_code";
  const token = book.token(user?.serial);
  if (bar || !user || !token) {
    const reason = bar ?? "unregistered";
    book.say(rules.caller, "verify", reason, { user }, user ? {} : { user: id });
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
    book.say(rules.caller, "resync", reason, { user });
    return { resynchronized: false, reason };
  }
  const policy = { ...rules.policy, resyncSteps: rules.policy.userResyncSteps };
  const decision = resync(rules.open(token), codes, rules.now, policy);
  const answer = apply(book, rules, token.serial, decision, user);
  if (answer.resynchronized) tell(book, user, "resynchronized");
  return answer;
}

function barredUser(user: User, now: number): Refusal | undefined {
  if (waitsUntil(user, now) !== undefined) return "revoked";
  if (user.holding !== "registered") return "unregistered";
  return user.stopped ? "suspended" : undefined;
}
