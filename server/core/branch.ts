import type { Book, Payee } from "./book.js";
import { stateOf } from "./decision.js";
import { type Rules, tell } from "./rules.js";
import { detach, mayBeRevoked, takeOut } from "./revoke-users.js";
import { isSuspended } from "./suspension.js";
import { reinstate } from "./unlock-users.js";
import { type Contract, type User, waitsUntil } from "./user.js";

/** The paper behind a branch's act: the application form's number, and the staff's id. */
export interface Paper {
  readonly form: string;
  readonly staff: string;
}

/** A branch's act that cannot be done as it was asked for. Nothing has changed then. */
export class BranchRefusal extends Error {
  override readonly name = "BranchRefusal";

  constructor(
    readonly reason: BranchReason,
    /** Which of the named users, contracts or tokens it is. */
    readonly subject: string,
  ) {
    super(`${subject}: ${reason}`);
  }
}
export type BranchReason =
  | "unknown_contract"
  | "unknown_user"
  | "unknown_serial"
  | "exists"
  | "other_contract"
  | "not_in_service"
  | "has_token";

/** What was shown is not what stands there any more. Nothing has changed by the act then. */
export class ChangedMeanwhile extends Error {
  override readonly name = "ChangedMeanwhile";
}

/** What has to stand in the book for a change to be made: nothing yet, or what was shown of it. */
export type Before = "nothing" | { readonly shown: string };

/** A contract's fields as one text, to tell whether somebody else has changed it. */
export function contractText({ id, name, otpFrom, form, formDate, dailyLimit }: Contract): string {
  return JSON.stringify([id, name, otpFrom ?? null, form, formDate, dailyLimit]);
}

/** Opens a contract, or changes it. @param before what has to stand there; whatever it is where not given */
export function keepContract(
  book: Book,
  rules: Rules,
  contract: Contract,
  paper: Paper,
  before?: Before,
): void {
  const there = book.contract(contract.id);
  const known = there !== undefined;
  if (known && before === "nothing") throw new BranchRefusal("exists", contract.id);
  if (typeof before === "object" && (!there || contractText(there) !== before.shown)) {
    throw new ChangedMeanwhile(contract.id);
  }
  book.setContract(contract);
  const { id, otpFrom = "none", dailyLimit } = contract;
  const detail = { ...paper, contract: id, otpFrom, dailyLimit };
  book.record(rules.caller, "contract", known ? "changed" : "opened", {}, detail);
}

/** Adds a user to a contract. */
export function addUser(book: Book, rules: Rules, user: User, paper: Paper): void {
  if (!book.contract(user.contract)) throw new BranchRefusal("unknown_contract", user.contract);
  if (book.user(user.id)) throw new BranchRefusal("exists", user.id);
  book.setUser(user);
  book.record(rules.caller, "user", "added", { user }, { ...paper });
}

/**
 * Lends a token to a user (トークン発行済み): out of stock, one the contract has already, or one that was
 * taken back: revoked, it is with nobody.
 */
export function lend(book: Book, rules: Rules, id: string, serial: string, paper: Paper): void {
  const user = knownUser(book, id);
  const token = book.token(serial);
  if (!token) throw new BranchRefusal("unknown_serial", serial);
  const elsewhere = token.contract !== undefined && token.contract !== user.contract;
  if (elsewhere && token.status !== "revoked") {
    throw new BranchRefusal("other_contract", serial);
  }
  if (token.status === "lost" || token.status === "faulty") {
    throw new BranchRefusal("not_in_service", serial);
  }
  if (user.holding === "registered") throw new BranchRefusal("has_token", id);
  // Nobody's token is nobody's to unlock: it begins anew.
  const fresh = book.holders(serial).length === 0 ? { suspended: false, failures: 0 } : {};
  const contract = user.contract;
  book.setToken(serial, { ...stateOf(token), status: "usable", contract, ...fresh });
  book.setUser({
    ...user,
    holding: "issued",
    serial,
    // A revoked user waits all the same.
    availableAt: waitsUntil(user, rules.now),
    refusedSerials: user.refusedSerials.filter((refused) => refused !== serial),
  });
  book.record(rules.caller, "lend", "lent", { serial, user }, { ...paper });
}

/** Takes a token out of service for good; all its users wait and register another. */
export function retire(
  book: Book,
  rules: Rules,
  serial: string,
  status: "lost" | "faulty",
  paper: Paper,
): string[] {
  if (!book.token(serial)) throw new BranchRefusal("unknown_serial", serial);
  return takeOut(book, rules, serial, status, { ...paper });
}

/** Lifts suspensions of users, masters too. @returns everyone reinstated by it */
export function branchUnlock(
  book: Book,
  rules: Rules,
  ids: readonly string[],
  paper: Paper,
): string[] {
  const users = ids.map((id) => knownUser(book, id));
  const done = users.flatMap((user) =>
    isSuspended(book, user) ? reinstate(book, rules, user, { ...paper }) : [],
  );
  return [...new Set(done)].sort();
}

/** Revokes users' tokens. @returns those who had one */
export function branchRevoke(
  book: Book,
  rules: Rules,
  ids: readonly string[],
  paper: Paper,
): string[] {
  const users = ids
    .map((id) => knownUser(book, id))
    .filter((user) => mayBeRevoked(user, rules.now));
  for (const user of users) detach(book, rules, book.user(user.id)!, { ...paper });
  return users.map(({ id }) => id);
}

/** What the branch gives back to a user: his ID after an emergency stop, new passwords. */
export function resume(
  book: Book,
  rules: Rules,
  id: string,
  given: { readonly passwordHash?: string; readonly confirmationHash?: string },
  paper: Paper,
): void {
  const user = knownUser(book, id);
  book.setUser({
    ...user,
    ...given,
    stopped: false,
    ...(given.confirmationHash === undefined
      ? {}
      : { confirmationFailures: 0, confirmationSuspended: false }),
  });
  if (given.passwordHash !== undefined) book.endSessions({ user: id });
  const fields = Object.keys(given).join(" ");
  book.record(rules.caller, "resume", "resumed", { user }, { ...paper, fields });
  tell(book, user, "changed");
}

/** Registers a payee beforehand (事前登録先), or changes one. @param fresh whether it must not be there yet */
export function keepPayee(
  book: Book,
  rules: Rules,
  payee: Payee,
  paper: Paper,
  fresh = false,
): void {
  if (!book.contract(payee.contract)) throw new BranchRefusal("unknown_contract", payee.contract);
  const known = book.payee(payee.id);
  if (known && known.contract !== payee.contract) {
    throw new BranchRefusal("other_contract", payee.id);
  }
  if (known && fresh) throw new BranchRefusal("exists", payee.id);
  book.setPayee(payee);
  const detail = { ...paper, contract: payee.contract, payee: payee.id };
  book.record(rules.caller, "payee", known ? "changed" : "registered", {}, detail);
}

function knownUser(book: Book, id: string): User {
  const user = book.user(id);
  if (!user) throw new BranchRefusal("unknown_user", id);
  return user;
}
