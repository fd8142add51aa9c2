import type { Book } from "./book.js";
import type { Rules } from "./rules.js";
import type { User } from "./user.js";

/**
 * Counts a confirmation password (確認用パスワード): wrong ones in a row suspend it until the branch
 * resets it, and a suspended one is refused even when it is right.
 * @param right whether what was typed is the user's confirmation password
 */
export function confirm(book: Book, rules: Rules, user: User, right: boolean): boolean {
  if (user.confirmationSuspended) {
    book.record(rules.caller, "confirmation", "suspended", { user });
    return false;
  }
  if (right) {
    if (user.confirmationFailures > 0) book.setUser({ ...user, confirmationFailures: 0 });
    return true;
  }
  const confirmationFailures = user.confirmationFailures + 1;
  const confirmationSuspended = confirmationFailures >= rules.policy.maxConfirmationFailures;
  book.setUser({ ...user, confirmationFailures, confirmationSuspended });
  book.record(rules.caller, "confirmation", "wrong_password", { user });
  if (confirmationSuspended) book.record(rules.caller, "confirmation", "locked", { user });
  return false;
}
