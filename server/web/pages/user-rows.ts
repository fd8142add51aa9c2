import type { Book } from "../../core/book.js";
import { timeText } from "../../core/japan.js";
import { isSuspended } from "../../core/suspension.js";
import { standingOf, type User } from "../../core/user.js";
import { sayIn, type Visit } from "../layout.js";
import type { TextKey } from "../text.js";
import { AUTHENTICATION, CLASSES, STANDINGS } from "../words.js";

/** A user's row in one of the lists: the columns' names, and the cells in their order. */
export interface UserRows {
  readonly columns: (visit: Visit) => string[];
  readonly cells: (visit: Visit, book: Book, user: User) => string[];
}

const WHO = ["loginId", "userName", "userClass", "serial"] as const;

/** Of ワンタイムパスワード利用停止解除: whether the token is suspended. */
export const UNLOCK_ROWS: UserRows = {
  columns: (visit) => named(visit, ...WHO, "authenticationState"),
  cells: (visit, book, user) => {
    const serial = user.holding === "registered" ? user.serial : undefined;
    return [...who(visit, user), serial ?? dash(visit), authentication(visit, book, user)];
  },
};

/** Of トークン失効: the state of each user's token and its expiry. */
export const REVOKE_ROWS: UserRows = {
  columns: (visit) => named(visit, ...WHO, "otpState", "tokenExpiry"),
  cells: (visit, book, user) => [...who(visit, user), ...token(visit, book, user, false)],
};

/** Of トークン失効結果: the serial and the expiry of what was revoked just now. */
export const REVOKED_ROWS: UserRows = {
  columns: REVOKE_ROWS.columns,
  cells: (visit, book, user) => [...who(visit, user), ...token(visit, book, user, true)],
};

/** Of a contract's users at the branch: both. */
export const BRANCH_ROWS: UserRows = {
  columns: (visit) => named(visit, ...WHO, "otpState", "tokenExpiry", "authenticationState"),
  cells: (visit, book, user) => [
    ...REVOKE_ROWS.cells(visit, book, user),
    authentication(visit, book, user),
  ],
};

function named(visit: Visit, ...keys: TextKey[]): string[] {
  return keys.map(sayIn(visit.language));
}

function dash(visit: Visit): string {
  return sayIn(visit.language)("none");
}

function who({ language }: Visit, user: User): string[] {
  return [user.id, user.name, CLASSES[user.class][language]];
}

function authentication({ language }: Visit, book: Book, user: User): string {
  return AUTHENTICATION[isSuspended(book, user) ? "suspended" : "available"][language];
}

/** Serial, state and expiry; the state alone unless the token is registered or was revoked just now. */
function token(visit: Visit, book: Book, user: User, justRevoked: boolean): string[] {
  const { language, now } = visit;
  const expiry = book.token(user.serial)?.expiry;
  const standing = standingOf(user, expiry, now);
  const shown = standing === "registered" || standing === "expired" || justRevoked;
  const until = expiry === undefined ? dash(visit) : timeText(expiry, language);
  return [
    shown ? (user.serial ?? dash(visit)) : dash(visit),
    STANDINGS[standing][language],
    shown ? until : dash(visit),
  ];
}
