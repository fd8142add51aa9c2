import type { Book } from "./book.js";
import { confirm } from "./confirmation.js";
import { unlock } from "./lifecycle.js";
import { keptFromActing } from "./login.js";
import { apply, type Rules, tell } from "./rules.js";
import { isSuspended, suspendedToken } from "./suspension.js";
import type { User } from "./user.js";

/** Why an act over users was not done. Nothing has changed then, but for a password that counts. */
export type ActRefusal = "forbidden" | "wrong_password" | "none_chosen" | "changed";

export type UsersAct =
  | { readonly done: true; readonly users: readonly string[] }
  | { readonly done: false; readonly reason: ActRefusal };

/** An act of a user over others: whom, whether the password was right, and whom the page offered. */
export interface ActRequest {
  readonly actor: string;
  readonly users: readonly string[];
  readonly confirmed: boolean;
  /** Users who could be chosen when the page was drawn; absent where there was no page. */
  readonly offered?: readonly string[] | undefined;
}

/** The users a master sees in the unlock list: neither himself nor users of his own token. */
export function unlockList(book: Book, master: User): User[] {
  const own = master.holding === "registered" ? master.serial : undefined;
  return book
    .usersOf(master.contract)
    .filter(
      (user) =>
        user.id !== master.id &&
        (user.codeSuspended || (user.holding === "registered" && user.serial !== own)),
    );
}

/** Whether a master may lift this user's suspension now, and with it that of whoever shares his token. */
export function mayUnlock(book: Book, rules: Rules, user: User): boolean {
  const token = suspendedToken(book, user);
  const freed = token ? book.holders(token.serial) : [user];
  const masters = freed.some((each) => each.class === "master");
  return isSuspended(book, user) && (!masters || rules.policy.peerMasterUnlock);
}

/**
 * Lifts the suspension of the chosen users' tokens, for all their users (停止解除). All or nothing:
 * where someone chosen is not suspended any more, nothing is done.
 */
export function unlockUsers(book: Book, rules: Rules, request: ActRequest): UsersAct {
  const master = book.user(request.actor);
  const may = master?.class === "master" && !keptFromActing(book, master, rules.now);
  if (!may) return refuse(book, rules, "unlock", request, "forbidden");
  if (!confirm(book, rules, master, request.confirmed)) {
    return refuse(book, rules, "unlock", request, "wrong_password");
  }
  const eligible = unlockList(book, master).filter((user) => mayUnlock(book, rules, user));
  const chosen = eligible.filter(({ id }) => request.users.includes(id));
  if (hasChanged(request, chosen)) return refuse(book, rules, "unlock", request, "changed");
  if (chosen.length === 0) return refuse(book, rules, "unlock", request, "none_chosen");
  const users = chosen.flatMap((user) => reinstate(book, rules, user, { by: request.actor }));
  return { done: true, users: [...new Set(users)].sort() };
}

/** Lifts what stops a user. @returns everyone whose one-time passwords can be used again by it */
export function reinstate(
  book: Book,
  rules: Rules,
  user: User,
  detail: Readonly<Record<string, string | number>> = {},
): string[] {
  const current = book.user(user.id)!;
  if (current.codeSuspended) {
    book.setUser({ ...current, codeSuspended: false, codeFailures: 0 });
    book.record(rules.caller, "unlock", "unlocked", { user }, detail);
    tell(book, user, "reinstated");
  }
  const token = suspendedToken(book, user);
  if (!token) return [user.id];
  apply(book, rules, token.serial, unlock(token), user, detail);
  const holders = book.holders(token.serial);
  for (const holder of holders) tell(book, holder, "reinstated");
  return holders.map(({ id }) => id);
}

/** Whether someone who could be chosen on the page no longer can. */
export function hasChanged({ users, offered }: ActRequest, chosen: readonly User[]): boolean {
  const ids = chosen.map(({ id }) => id);
  return users.some((id) => offered?.includes(id) && !ids.includes(id));
}

/** Refuses an act, and writes down by whom and over whom it was asked for. */
export function refuse(
  book: Book,
  rules: Rules,
  event: "unlock" | "revoke",
  { actor, users }: ActRequest,
  reason: ActRefusal,
): UsersAct {
  const contract = book.user(actor)?.contract;
  const theirs = contract === undefined ? [] : book.usersOf(contract).map(({ id }) => id);
  const chosen = theirs.filter((id) => users.includes(id)).join(" ");
  const about = {
    ...(contract !== undefined && { contract, by: actor }),
    ...(chosen && { user: chosen }),
  };
  book.record(rules.caller, event, reason, {}, about);
  return { done: false, reason };
}
