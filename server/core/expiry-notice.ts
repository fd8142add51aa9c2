import type { Book } from "./book.js";
import { DAY } from "./japan.js";
import type { Policy } from "./policy.js";
import { type Rules, tell } from "./rules.js";

/** Whether a token's users are told by now that it expires soon. */
export function expiresSoon(
  expiry: number | undefined,
  now: number,
  { expiryNoticeDays }: Policy,
): boolean {
  return expiry !== undefined && now >= expiry - Math.max(...expiryNoticeDays) * DAY;
}

/**
 * Tells the users of a token that it expires soon: once when each of the policy's days has come.
 * Who registered it later is told of the last day that has come only.
 */
export function noticeExpiry(book: Book, rules: Rules, serial: string): void {
  const { expiry } = book.token(serial) ?? {};
  if (expiry === undefined || rules.now >= expiry) return;
  const come = rules.policy.expiryNoticeDays.filter((days) => rules.now >= expiry - days * DAY);
  const days = Math.min(...come);
  for (const user of book.holders(serial)) {
    if (days >= (user.expiryNoticed ?? Infinity)) continue;
    book.setUser({ ...user, expiryNoticed: days });
    book.record(rules.caller, "notice", "expiring", { serial, user }, { days });
    tell(book, user, "expiring", expiry);
  }
}
