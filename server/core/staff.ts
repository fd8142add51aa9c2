import type { Book, Staff } from "./book.js";
import type { Rules } from "./rules.js";

/** Gives somebody a place at the branch's desk, a new password, or takes the place away. */
export function keepStaff(book: Book, rules: Rules, member: Staff): void {
  const known = book.staff(member.id) !== undefined;
  book.setStaff(member);
  // Whoever was logged in by the password before is out.
  book.endSessions({ staff: member.id });
  const result = member.ended ? "ended" : known ? "changed" : "added";
  book.record(rules.caller, "staff", result, {}, { staff: member.id });
}

/**
 * Decides a login to the branch's pages.
 * @param right whether the password is the member's; for somebody nobody knows, false
 * @param session SHA-256 of the new session's secret
 */
export function logInStaff(
  book: Book,
  rules: Rules,
  id: string,
  right: boolean,
  session: Uint8Array,
): boolean {
  const member = book.staff(id);
  const may = member !== undefined && !member.ended && right;
  const whom = member ? { staff: id } : { unknown: 1 };
  book.record(rules.caller, "staff", may ? "logged_in" : "wrong_password", {}, whom);
  if (may)
    book.openSession({ id: session, owner: { staff: id }, createdAt: Math.floor(rules.now) });
  return may;
}
