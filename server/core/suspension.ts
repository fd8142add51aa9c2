import type { Book } from "./book.js";
import type { User } from "./user.js";

/** Whether a user's one-time passwords are stopped (停止中): the token, or the user at registration. */
export function isSuspended(book: Book, user: User): boolean {
  if (user.codeSuspended) return true;
  return user.holding === "registered" && book.token(user.serial)?.suspended === true;
}
