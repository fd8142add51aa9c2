import type { Book, BookToken } from "./book.js";
import type { Caller } from "./caller.js";
import type { Decision } from "./decision.js";
import { noticeOf, type NoticeKind } from "./notice.js";
import type { Policy } from "./policy.js";
import type { Token } from "./token.js";
import type { User } from "./user.js";

/** What a decision is made by, beside the book. */
export interface Rules {
  /** Unix seconds. */
  readonly now: number;
  readonly policy: Policy;
  readonly caller: Caller;
  /** A token with its seed within reach, for its codes. */
  readonly open: (token: BookToken) => Token;
  /** A token of nobody's: a code for a serial that does not exist is compared with this one's codes. */
  readonly decoy: BookToken;
}

/**
 * Writes a token's decision into the book, with what follows from it for the token's users: a token
 * that is suspended ends their sessions, and they and the masters are told.
 */
export function apply<Answer>(
  book: Book,
  rules: Rules,
  serial: string,
  { answer, next, happenings }: Decision<Answer>,
  user?: User,
  detail: Readonly<Record<string, string | number>> = {},
): Answer {
  if (next) book.setToken(serial, next);
  for (const { event, result } of happenings) {
    book.record(rules.caller, event, result, { serial, user }, detail);
    if (event !== "lock") continue;
    for (const holder of book.holders(serial)) {
      book.endSessions({ user: holder.id });
      tell(book, holder, "suspended");
    }
  }
  return answer;
}

/** Mails a user and all masters of the contract. @param expiry of the token, where it is about that */
export function tell(book: Book, user: User, kind: NoticeKind, expiry?: number): void {
  const masters = book.usersOf(user.contract).filter((each) => each.class === "master");
  const addresses = new Set([user, ...masters].map(({ mail }) => mail).filter(Boolean));
  for (const to of addresses) book.mail({ to, ...noticeOf(kind, user, expiry) });
}
