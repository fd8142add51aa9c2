import type { Book, BookToken } from "./book.js";
import type { User } from "./user.js";

/** Whether a user's one-time passwords are stopped (停止中): the token, or the user at registration. */
export function isSuspended(book: Book, user: User): boolean {
  return user.codeSuspended || suspendedToken(book, user) !== undefined;
}

/** The token that a user has registered, where it is suspended. */
export function suspendedToken(book: Book, user: User): BookToken | undefined {
  const token = user.holding === "registered" ? book.token(user.serial) : undefined;
  return token?.suspended ? token : undefined;
}
