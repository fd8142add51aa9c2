import type { Book } from "./book.js";
import { mustRegister } from "./register.js";
import { type Rules, tell } from "./rules.js";
import { isSuspended } from "./suspension.js";
import { type User, waitsUntil } from "./user.js";

/** The answer to a login. Why a user is kept out is told only to who knows the password. */
export type Login =
  | { readonly in: true; readonly landing: "registration" | "top" }
  | { readonly in: false; readonly reason: "wrong_password" | "suspended" | "stopped" }
  /** The token was revoked; from when another can be registered, Unix seconds. */
  | { readonly in: false; readonly reason: "revoked"; readonly availableAt: number };

/**
 * Decides a login.
 * @param right whether the password is the user's; for a user nobody knows, false
 * @param session SHA-256 of the new session's secret
 */
export function logIn(
  book: Book,
  rules: Rules,
  id: string,
  right: boolean,
  session: Uint8Array,
): Login {
  const user = book.user(id);
  if (!user || !right) {
    book.record(rules.caller, "login", "wrong_password", { user }, user ? {} : { unknown: 1 });
    return { in: false, reason: "wrong_password" };
  }
  const bar = barOf(book, user, rules.now);
  if (bar) {
    book.record(rules.caller, "login", bar.reason, { user });
    return { in: false, ...bar };
  }
  book.setUser({ ...user, previousLogin: user.lastLogin, lastLogin: Math.floor(rules.now) });
  book.openSession({ id: session, owner: { user: id }, createdAt: Math.floor(rules.now) });
  book.record(rules.caller, "login", "logged_in", { user });
  return { in: true, landing: mustRegister(book, user, rules.now) ? "registration" : "top" };
}

/** What keeps a user out whose password is right: also of a session that is open already. */
export function barOf(
  book: Book,
  user: User,
  now: number,
):
  | { readonly reason: "suspended" | "stopped" }
  | { readonly reason: "revoked"; readonly availableAt: number }
  | undefined {
  if (user.stopped) return { reason: "stopped" };
  if (isSuspended(book, user)) return { reason: "suspended" };
  const availableAt = waitsUntil(user, now);
  return availableAt === undefined ? undefined : { reason: "revoked", availableAt };
}

/**
 * What keeps a user from acting, also where a session of his was open a moment ago: what keeps him out
 * of a login, and a token he has to register first.
 */
export function keptFromActing(
  book: Book,
  user: User,
  now: number,
): "suspended" | "revoked" | "forbidden" | undefined {
  const bar = barOf(book, user, now);
  if (bar) return bar.reason === "stopped" ? "forbidden" : bar.reason;
  return mustRegister(book, user, now) ? "forbidden" : undefined;
}

/** A user stops his own ID at once (緊急利用停止); what is booked stays, and only the branch resumes it. */
export function stop(book: Book, rules: Rules, user: User): void {
  book.setUser({ ...user, stopped: true });
  book.record(rules.caller, "stop", "stopped", { user });
  book.endSessions({ user: user.id });
  tell(book, user, "stopped");
}
