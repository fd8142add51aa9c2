import type { Book, BookToken } from "./book.js";
import { barred, stateOf } from "./decision.js";
import { type Rules, tell } from "./rules.js";
import { asksForCodes, type User, waitsUntil } from "./user.js";
import { verify, verifyNobody } from "./verify.js";

/** The answer to a registration. Whatever is wrong with serial or code, it is the same. */
export type Registration =
  | { readonly registered: true; readonly serial: string }
  | { readonly registered: false; readonly reason: "wrong_code" | "suspended" | "not_allowed" };

/** Whether a user has to register a token before anything else (BLG020). */
export function mustRegister(book: Book, user: User, now: number): boolean {
  const contract = book.contract(user.contract);
  return (
    contract !== undefined &&
    asksForCodes(contract, now) &&
    user.needsCode &&
    user.holding !== "registered"
  );
}

/**
 * Registers a token for a user by a code it shows (利用開始登録). The code is used up. Wrong ones count
 * on the user, never on the token: a colleague's token cannot be suspended this way.
 */
export function register(
  book: Book,
  rules: Rules,
  id: string,
  serial: string,
  code: string,
): Registration {
  const user = book.user(id);
  if (!user || !mayRegister(book, user, rules.now)) {
    book.record(rules.caller, "register", "not_allowed", { user }, user ? {} : { user: id });
    return { registered: false, reason: "not_allowed" };
  }
  const token = book.token(serial);
  const fits = token !== undefined && registrable(token, user, rules.now);
  // A serial that cannot be registered costs the same work as one that can.
  const { answer, next } = fits
    ? verify(rules.open(token), code, rules.now, rules.policy)
    : verifyNobody(rules, code);
  if (answer.accepted && next) {
    book.setToken(serial, next);
    const registered: User = {
      ...user,
      holding: "registered",
      serial,
      availableAt: undefined,
      codeFailures: 0,
      expiryNoticed: undefined,
    };
    book.setUser(registered);
    book.record(rules.caller, "register", "registered", { serial, user });
    tell(book, registered, "registered");
    return { registered: true, serial };
  }
  const used = !answer.accepted && answer.reason === "already_used";
  return refuse(book, rules, user, serial, used);
}

/** A wrong code counts; one that was used already does not. */
function refuse(book: Book, rules: Rules, user: User, serial: string, used: boolean): Registration {
  const codeFailures = user.codeFailures + (used ? 0 : 1);
  const codeSuspended = codeFailures >= rules.policy.maxFailures;
  if (!used) book.setUser({ ...user, codeFailures, codeSuspended });
  const known = book.token(serial) ? serial : undefined;
  const result = used ? "already_used" : "wrong_code";
  book.record(rules.caller, "register", result, { serial: known, user });
  if (!codeSuspended) return { registered: false, reason: "wrong_code" };
  book.record(rules.caller, "lock", "suspended", { user });
  book.endSessions({ user: user.id });
  tell(book, user, "suspended");
  return { registered: false, reason: "suspended" };
}

function mayRegister(book: Book, user: User, now: number): boolean {
  const contract = book.contract(user.contract);
  if (!contract || !asksForCodes(contract, now)) return false;
  if (user.stopped || user.codeSuspended || user.holding === "registered") return false;
  return waitsUntil(user, now) === undefined;
}

/** Lent to the user's contract, in order, in date, and not revoked from this user before. */
function registrable(token: BookToken, user: User, now: number): boolean {
  return (
    token.contract === user.contract &&
    barred({ ...token, ...stateOf(token) }, now) === undefined &&
    !user.refusedSerials.includes(token.serial)
  );
}
