import type { Book, Payee, Transfer } from "./book.js";
import { confirm } from "./confirmation.js";
import type { Refusal } from "./decision.js";
import { DAY, japanDate } from "./japan.js";
import { keptFromActing } from "./login.js";
import type { Rules } from "./rules.js";
import { verifyUser } from "./user-code.js";
import { asksForCodes } from "./user.js";

/** A transfer as it was shown for confirmation. */
export interface TransferRequest {
  /** Chosen when it was shown: sent twice, it is booked once. */
  readonly id: string;
  readonly user: string;
  /** One of the payees registered beforehand (事前登録先), or one entered now. */
  readonly payee: string | Omit<Payee, "id" | "contract">;
  /** What was shown of a payee registered beforehand; undefined where nothing was. */
  readonly shown?: Omit<Payee, "id" | "contract"> | undefined;
  /** Yen. */
  readonly amount: number;
  /** YYYY-MM-DD in Japan. */
  readonly date: string;
  readonly confirmed: boolean;
  readonly code: string | undefined;
}

export type TransferAnswer =
  | { readonly booked: true; readonly transfer: Transfer }
  | {
      readonly booked: false;
      readonly reason:
        | Refusal
        | "forbidden"
        | "wrong_password"
        | "over_limit"
        | "code_needed"
        | "unknown_payee"
        | "bad_date";
    };

/** Whether a one-time password is asked for: the contract has them and the payee is entered now. */
export function transferNeedsCode(
  book: Book,
  rules: Rules,
  user: string,
  registeredPayee: boolean,
): boolean {
  const contract = book.contract(book.user(user)?.contract ?? "");
  return !registeredPayee && contract !== undefined && asksForCodes(contract, rules.now);
}

/** The most that a contract may transfer on one day, in yen. */
export function dailyLimit(book: Book, rules: Rules, contractId: string): number {
  const contract = book.contract(contractId);
  if (!contract) return 0;
  return asksForCodes(contract, rules.now) ? contract.dailyLimit : rules.policy.limitWithoutTokens;
}

/** Books a transfer (資金移動): the password first, then the day's limit, and the code last. */
export function transfer(book: Book, rules: Rules, request: TransferRequest): TransferAnswer {
  const user = book.user(request.user);
  const refuse = (reason: (TransferAnswer & { booked: false })["reason"]): TransferAnswer => {
    book.record(rules.caller, "transfer", reason, { user });
    return { booked: false, reason };
  };
  if (!user) return refuse("forbidden");
  const bar = keptFromActing(book, user, rules.now);
  if (bar) return refuse(bar);
  const payee =
    typeof request.payee === "string" ? book.payee(request.payee) : { ...request.payee };
  const registered = typeof request.payee === "string";
  if (!payee || ("contract" in payee && payee.contract !== user.contract)) {
    return refuse("unknown_payee");
  }
  const { bank, branch, account, name } = payee;
  const to = { bank, branch, account, name };
  // Changed by the branch since it was confirmed: it is shown anew.
  if (request.shown && !sameTexts(request.shown, to)) return refuse("unknown_payee");
  if (!confirm(book, rules, user, request.confirmed)) return refuse("wrong_password");
  const { id, amount, date } = request;
  const at = Math.floor(rules.now);
  const order = { id, contract: user.contract, user: user.id, payee: to, registered, amount, date };
  const done = book.transfer(id);
  if (done) return isSame(done, order) ? { booked: true, transfer: done } : refuse("forbidden");
  if (!isBookable(date, rules.now)) return refuse("bad_date");
  const booked = book.bookedOn(user.contract, request.date);
  if (booked + request.amount > dailyLimit(book, rules, user.contract)) return refuse("over_limit");
  if (transferNeedsCode(book, rules, user.id, registered)) {
    if (request.code === undefined) return refuse("code_needed");
    const verdict = verifyUser(book, rules, user.id, request.code);
    if (!verdict.accepted) return refuse(verdict.reason);
  }
  const made = { ...order, at };
  book.book(made);
  book.record(rules.caller, "transfer", "booked", { user }, { transfer: id });
  return { booked: true, transfer: made };
}

function sameTexts(one: Transfer["payee"], other: Transfer["payee"]): boolean {
  const keys = ["bank", "branch", "account", "name"] as const;
  return keys.every((key) => one[key] === other[key]);
}

/** Whether an order that comes under a known id is the one that was booked. */
function isSame(done: Transfer, order: Omit<Transfer, "at">): boolean {
  const keys = ["user", "amount", "date", "registered"] as const;
  return keys.every((key) => done[key] === order[key]) && sameTexts(done.payee, order.payee);
}

/** Days ahead that a transfer can be booked for. */
const DAYS_AHEAD = 30;

/** Whether a date is one of the calendar, from today in Japan to 30 days ahead. */
export function isBookable(date: string, now: number): boolean {
  for (let ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
    if (japanDate(now + ahead * DAY) === date) return true;
  }
  return false;
}
