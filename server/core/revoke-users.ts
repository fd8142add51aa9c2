import { availableAt } from "./available-at.js";
import type { Book } from "./book.js";
import { confirm } from "./confirmation.js";
import { stateOf } from "./decision.js";
import { revoke } from "./lifecycle.js";
import { keptFromActing } from "./login.js";
import { apply, type Rules, tell } from "./rules.js";
import type { TokenStatus } from "./token.js";
import { type ActRequest, hasChanged, refuse, type UsersAct } from "./unlock-users.js";
import { hasToken, type User, waitsUntil } from "./user.js";

/** A revocation by a user: what is lost or stolen is revoked for everyone who shares it. */
export interface RevokeRequest extends ActRequest {
  readonly lost?: boolean;
}

/** Whether a user's token can be revoked: registered, expired or issued, unless he waits after another one's. */
export function mayBeRevoked(user: User, now: number): boolean {
  return hasToken(user) && waitsUntil(user, now) === undefined;
}

/** Whether a user's class lets him revoke tokens. */
export function mayRevoke(user: User, { policy }: Rules): boolean {
  const administrator = user.class === "administrator" && policy.administratorsRevoke;
  return user.class === "master" || administrator;
}

/** Revokes the chosen users' tokens (トークンの失効). The others who share a token keep it. */
export function revokeUsers(book: Book, rules: Rules, request: RevokeRequest): UsersAct {
  const actor = book.user(request.actor);
  if (!actor || !mayRevoke(actor, rules) || keptFromActing(book, actor, rules.now))
    return refuse(book, rules, "revoke", request, "forbidden");
  if (!confirm(book, rules, actor, request.confirmed)) {
    return refuse(book, rules, "revoke", request, "wrong_password");
  }
  const chosen = book
    .usersOf(actor.contract)
    .filter((user) => mayBeRevoked(user, rules.now) && request.users.includes(user.id));
  if (hasChanged(request, chosen)) return refuse(book, rules, "revoke", request, "changed");
  if (chosen.length === 0) return refuse(book, rules, "revoke", request, "none_chosen");
  if (!request.lost) {
    for (const user of chosen) detach(book, rules, user, { by: actor.id });
    return { done: true, users: chosen.map(({ id }) => id) };
  }
  const users = chosen.flatMap(({ serial }) =>
    takeOut(book, rules, serial!, "lost", { by: actor.id }),
  );
  return { done: true, users: [...new Set(users)].sort() };
}

/** Takes the token from one user. The last one's token is itself revoked. */
export function detach(
  book: Book,
  rules: Rules,
  user: User,
  detail: Readonly<Record<string, string | number>> = {},
): void {
  const serial = user.serial!;
  book.setUser({
    ...user,
    holding: "revoked",
    availableAt: availableAt(rules.now, rules.policy.registrationDelay),
    refusedSerials: [...new Set([...user.refusedSerials, serial])],
  });
  const suspended = book.token(serial)?.suspended ?? false;
  const result = suspended ? "revoked_while_suspended" : "revoked";
  book.record(rules.caller, "revoke", result, { serial, user }, detail);
  book.endSessions({ user: user.id });
  tell(book, user, "revoked");
  const token = book.token(serial);
  if (token && lentTo(book, serial).length === 0) {
    apply(book, rules, serial, revoke(token), undefined, detail);
  }
}

/**
 * Takes a token from all its users, and out of service where a status is given.
 * @returns its users
 */
export function takeOut(
  book: Book,
  rules: Rules,
  serial: string,
  status: TokenStatus | undefined,
  detail: Readonly<Record<string, string | number>> = {},
): string[] {
  const users = lentTo(book, serial);
  for (const user of users) detach(book, rules, user, detail);
  const token = book.token(serial);
  if (token && status !== undefined && token.status !== status) {
    book.setToken(serial, { ...stateOf(token), status });
    book.record(rules.caller, "token", status, { serial }, detail);
  }
  return users.map(({ id }) => id);
}

/** Everyone who has registered a token, or was lent it. */
export function lentTo(book: Book, serial: string): User[] {
  return book.everyone().filter((user) => hasToken(user) && user.serial === serial);
}
