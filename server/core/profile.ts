import type { Book } from "./book.js";
import { confirm } from "./confirmation.js";
import type { Refusal } from "./decision.js";
import { keptFromActing } from "./login.js";
import { type Rules, tell } from "./rules.js";
import { verifyUser } from "./user-code.js";
import { asksForCodes, type User } from "./user.js";

/** A change of customer information (お客さま情報変更): one or several fields at a time. */
export interface ProfileChange {
  readonly user: string;
  readonly confirmed: boolean;
  readonly code: string | undefined;
  readonly mail?: string | undefined;
  readonly passwordHash?: string | undefined;
  readonly confirmationHash?: string | undefined;
  /** Yen a day for the whole contract: a master's to change. */
  readonly dailyLimit?: number | undefined;
}

export type ProfileAnswer =
  | { readonly changed: true; readonly loggedOut: boolean }
  | {
      readonly changed: false;
      readonly reason: Refusal | "forbidden" | "wrong_password" | "code_needed";
    };

/** What a user's change is refused for before its confirmation password is looked at, and counted. */
export function barOfChange(
  book: Book,
  user: User,
  now: number,
  { dailyLimit }: Pick<ProfileChange, "dailyLimit">,
): ReturnType<typeof keptFromActing> {
  const own = dailyLimit === undefined || user.class === "master";
  return keptFromActing(book, user, now) ?? (own ? undefined : "forbidden");
}

/** Changes customer information: the confirmation password first, and the code last. */
export function changeProfile(book: Book, rules: Rules, change: ProfileChange): ProfileAnswer {
  const user = book.user(change.user);
  const contract = user && book.contract(user.contract);
  const refuse = (reason: (ProfileAnswer & { changed: false })["reason"]): ProfileAnswer => {
    book.record(rules.caller, "profile", reason, { user });
    return { changed: false, reason };
  };
  if (!user || !contract) return refuse("forbidden");
  const bar = barOfChange(book, user, rules.now, change);
  if (bar) return refuse(bar);
  if (!confirm(book, rules, user, change.confirmed)) return refuse("wrong_password");
  if (asksForCodes(contract, rules.now)) {
    if (change.code === undefined) return refuse("code_needed");
    const verdict = verifyUser(book, rules, user.id, change.code);
    if (!verdict.accepted) return refuse(verdict.reason);
  }
  const current = book.user(user.id)!;
  // Told at the address that was known before, too.
  tell(book, current, "changed");
  book.setUser({
    ...current,
    mail: change.mail ?? current.mail,
    passwordHash: change.passwordHash ?? current.passwordHash,
    confirmationHash: change.confirmationHash ?? current.confirmationHash,
  });
  if (change.dailyLimit !== undefined) {
    book.setContract({ ...contract, dailyLimit: change.dailyLimit });
  }
  const fields = ["mail", "passwordHash", "confirmationHash", "dailyLimit"] as const;
  const names = fields.filter((field) => change[field] !== undefined).join(" ");
  book.record(rules.caller, "profile", "changed", { user }, { fields: names });
  const loggedOut = change.passwordHash !== undefined;
  if (loggedOut) book.endSessions({ user: user.id });
  return { changed: true, loggedOut };
}
