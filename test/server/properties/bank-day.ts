import fc from "fast-check";
import { branchRevoke, branchUnlock, lend, resume, retire } from "../../../server/core/branch.js";
import { logIn, stop } from "../../../server/core/login.js";
import { register } from "../../../server/core/register.js";
import { revokeUsers } from "../../../server/core/revoke-users.js";
import { unlockUsers } from "../../../server/core/unlock-users.js";
import { resyncUser, verifyUser } from "../../../server/core/user-code.js";
import { contractOf, CoreBank, holder, NOON, tokenOf, userOf } from "../../support/core-bank.js";

export const USERS = ["masuo", "masako", "ichiro", "jiro", "saburo", "muken", "gaibu", "mirai"];
export const SERIALS = ["10000001", "10000002", "10000003", "10000004"];
const PAPER = { form: "A-0001", staff: "s12" };

/**
 * Three contracts. One with two masters and four users, one of whom needs no codes, with two tokens in
 * use, of which codes were wrong, and one in stock; another of one user; and one that begins in an hour.
 */
const bankOf = () =>
  new CoreBank(
    contractOf("C2"),
    contractOf("C3", { otpFrom: NOON + 3600 }),
    holder("masuo", "10000001", { class: "master", confirmationFailures: 3 }),
    holder("masako", "10000001", { class: "master" }),
    holder("ichiro", "10000002"),
    holder("jiro", "10000002"),
    userOf("saburo", { codeFailures: 4 }),
    userOf("muken", { needsCode: false }),
    holder("gaibu", "10000004", { contract: "C2" }),
    userOf("mirai", { contract: "C3" }),
    tokenOf("10000001", { failures: 3 }),
    tokenOf("10000002", { failures: 3 }),
    tokenOf("10000003", { contract: undefined }),
    tokenOf("10000004", { contract: "C2" }),
  );

const user = fc.constantFrom(...USERS);
const actor = fc.oneof(fc.constantFrom("masuo", "masako"), fc.constantFrom("ichiro", "jiro"), user);
const users = fc.subarray(USERS, { minLength: 1, maxLength: 2 });
const serial = fc.constantFrom(...SERIALS);
/** Which code is typed: how many steps from the current one, or a wrong one. */
const code = fc.option(fc.integer({ min: -2, max: 2 }), { nil: "wrong" as const, freq: 1 });
const confirmed = fc.integer({ min: 0, max: 3 }).map((chance) => chance > 0);

const act = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("verify"), user, code }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("register"), user, serial, code }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("resync"), user, code }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("unlock"), actor, users, confirmed }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ kind: fc.constant("revoke"), actor, users, confirmed },
      lost: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("lend"), user, serial }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("branch revoke"), users }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("branch unlock"), users }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("retire"), serial }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("login"), user, right: confirmed }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("stop", "resume"), user }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("wait"), seconds: fc.nat(2400) }) },
) as fc.Arbitrary<Act>;

type Typed = number | "wrong";
export type Act =
  | { kind: "verify"; user: string; code: Typed }
  | { kind: "register"; user: string; serial: string; code: Typed }
  | { kind: "resync"; user: string; code: Typed }
  | { kind: "unlock"; actor: string; users: string[]; confirmed: boolean }
  | { kind: "revoke"; actor: string; users: string[]; confirmed: boolean; lost: boolean }
  | { kind: "lend"; user: string; serial: string }
  | { kind: "branch revoke" | "branch unlock"; users: string[] }
  | { kind: "retire"; serial: string }
  | { kind: "login"; user: string; right: boolean }
  | { kind: "stop" | "resume"; user: string }
  | { kind: "wait"; seconds: number };

/** How the bank stands. */
export const look = (bank: CoreBank) => ({
  users: new Map(USERS.map((id) => [id, bank.user(id)])),
  tokens: new Map(SERIALS.map((each) => [each, bank.token(each)])),
  holders: (of: string) =>
    USERS.filter((id) => bank.user(id).serial === of && bank.user(id).holding === "registered"),
});
export type Look = ReturnType<typeof look>;

/** What was done: whether it was done as it was asked for, and for whom. */
export interface Done {
  readonly done: boolean;
  readonly users?: readonly string[];
  readonly typed?: string;
  /** Why it was not done. */
  readonly reason?: string;
  /** The page a login leads to. */
  readonly landing?: string;
}

function carryOut(bank: CoreBank, asked: Exclude<Act, { kind: "wait" }>): Done {
  const typed = (of: string | undefined, which: Typed) =>
    which === "wrong" ? bank.wrong(of ?? SERIALS[0]!) : bank.code(of ?? SERIALS[0]!, which);
  return bank.act((book, rules): Done => {
    switch (asked.kind) {
      case "verify": {
        const given = typed(bank.user(asked.user).serial, asked.code);
        const answer = verifyUser(book, rules, asked.user, given);
        return { ...answer, done: answer.accepted, typed: given };
      }
      case "register": {
        const given = typed(asked.serial, asked.code);
        const answer = register(book, rules, asked.user, asked.serial, given);
        return { ...answer, done: answer.registered, typed: given };
      }
      case "resync": {
        const of = bank.user(asked.user);
        const first = typed(of.serial, asked.code);
        const second = typed(of.serial, asked.code === "wrong" ? "wrong" : asked.code + 1);
        const answer = resyncUser(book, rules, of, [first, second]);
        return { done: answer.resynchronized, typed: first };
      }
      case "unlock":
        return unlockUsers(book, rules, asked);
      case "revoke":
        return revokeUsers(book, rules, asked);
      case "lend":
        return attempt(() => {
          lend(book, rules, asked.user, asked.serial, PAPER);
          return [asked.user];
        });
      case "branch revoke":
        return attempt(() => branchRevoke(book, rules, asked.users, PAPER));
      case "branch unlock":
        return attempt(() => branchUnlock(book, rules, asked.users, PAPER));
      case "retire":
        return attempt(() => retire(book, rules, asked.serial, "lost", PAPER));
      case "login": {
        const answer = logIn(book, rules, asked.user, asked.right, new Uint8Array(32));
        return { ...answer, done: answer.in };
      }
      case "stop":
        stop(book, rules, book.user(asked.user)!);
        return { done: true };
      case "resume":
        resume(book, rules, asked.user, {}, PAPER);
        return { done: true };
    }
  });
}

function attempt(decide: () => readonly string[]): Done {
  try {
    return { done: true, users: decide() };
  } catch {
    return { done: false };
  }
}

/** One act, and how the bank stood before and after it. */
export interface Seen {
  readonly bank: CoreBank;
  readonly asked: Act;
  readonly done: Done;
  readonly before: Look;
  readonly after: Look;
}

/** Lives a bank's day, and has each act judged by how the bank stood before and after. */
export function judge(verdict: (seen: Seen) => void): void {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30, size: "max" }), (acts) => {
      const bank = bankOf();
      for (const asked of acts) {
        if (asked.kind === "wait") {
          bank.now += asked.seconds;
          continue;
        }
        const before = look(bank);
        const done = carryOut(bank, asked);
        verdict({ bank, asked, done, before, after: look(bank) });
      }
    }),
    { numRuns: 50 },
  );
}

export const bySerial = (seen: { before: Look; after: Look }) =>
  SERIALS.map((each) => ({
    serial: each,
    was: seen.before.tokens.get(each)!,
    is: seen.after.tokens.get(each)!,
  }));
export const byUser = (seen: { before: Look; after: Look }) =>
  USERS.map((id) => ({ id, was: seen.before.users.get(id)!, is: seen.after.users.get(id)! }));
