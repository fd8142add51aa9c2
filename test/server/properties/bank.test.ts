import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { branchRevoke, branchUnlock, lend, retire } from "../../../server/core/branch.js";
import { register } from "../../../server/core/register.js";
import { mayBeRevoked, revokeUsers } from "../../../server/core/revoke-users.js";
import { isSuspended } from "../../../server/core/suspension.js";
import { unlockList, unlockUsers } from "../../../server/core/unlock-users.js";
import { resyncUser, verifyUser } from "../../../server/core/user-code.js";
import { contractOf, CoreBank, holder, tokenOf, userOf } from "../../support/core-bank.js";

const USERS = ["masuo", "ichiro", "jiro", "saburo", "gaibu"];
const SERIALS = ["10000001", "10000002", "10000003", "10000004"];
const PAPER = { form: "A-0001", staff: "s12" };

/** Two contracts: a master and three users with two tokens in use, of which codes were wrong, and one in stock. */
const bankOf = () =>
  new CoreBank(
    contractOf("C2"),
    holder("masuo", "10000001", { class: "master" }),
    holder("ichiro", "10000002"),
    holder("jiro", "10000002"),
    userOf("saburo"),
    holder("gaibu", "10000004", { contract: "C2" }),
    tokenOf("10000001", { failures: 3 }),
    tokenOf("10000002", { failures: 3 }),
    tokenOf("10000003", { contract: undefined }),
    tokenOf("10000004", { contract: "C2" }),
  );

const user = fc.constantFrom(...USERS);
const users = fc.subarray(USERS, { minLength: 1, maxLength: 2 });
const serial = fc.constantFrom(...SERIALS);
/** Which code is typed: how many steps from the current one, or a wrong one. */
const code = fc.option(fc.integer({ min: -2, max: 2 }), { nil: "wrong" as const, freq: 1 });
const confirmed = fc.integer({ min: 0, max: 9 }).map((chance) => chance > 0);

const act = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("verify"), user, code }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("register"), user, serial, code }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("resync"), user, code }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("unlock"), actor: user, users, confirmed }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ kind: fc.constant("revoke"), actor: user, users, confirmed },
      lost: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("lend"), user, serial }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("branch revoke"), users }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("branch unlock"), users }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("retire"), serial }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("wait"), seconds: fc.nat(2400) }) },
) as fc.Arbitrary<Act>;

type Typed = number | "wrong";
type Act =
  | { kind: "verify"; user: string; code: Typed }
  | { kind: "register"; user: string; serial: string; code: Typed }
  | { kind: "resync"; user: string; code: Typed }
  | { kind: "unlock"; actor: string; users: string[]; confirmed: boolean }
  | { kind: "revoke"; actor: string; users: string[]; confirmed: boolean; lost: boolean }
  | { kind: "lend"; user: string; serial: string }
  | { kind: "branch revoke" | "branch unlock"; users: string[] }
  | { kind: "retire"; serial: string }
  | { kind: "wait"; seconds: number };

/** How the bank stands. */
const look = (bank: CoreBank) => ({
  users: new Map(USERS.map((id) => [id, bank.user(id)])),
  tokens: new Map(SERIALS.map((each) => [each, bank.token(each)])),
  holders: (of: string) =>
    USERS.filter((id) => bank.user(id).serial === of && bank.user(id).holding === "registered"),
});
type Look = ReturnType<typeof look>;

/** What was done: whether it was done as it was asked for, and for whom. */
interface Done {
  readonly done: boolean;
  readonly users?: readonly string[];
  readonly typed?: string;
}

function carryOut(bank: CoreBank, asked: Exclude<Act, { kind: "wait" }>): Done {
  const typed = (of: string | undefined, which: Typed) =>
    which === "wrong" ? bank.wrong(of ?? SERIALS[0]!) : bank.code(of ?? SERIALS[0]!, which);
  return bank.act((book, rules): Done => {
    switch (asked.kind) {
      case "verify": {
        const given = typed(bank.user(asked.user).serial, asked.code);
        return { done: verifyUser(book, rules, asked.user, given).accepted, typed: given };
      }
      case "register": {
        const given = typed(asked.serial, asked.code);
        const answer = register(book, rules, asked.user, asked.serial, given);
        return { done: answer.registered, typed: given };
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

/** Lives a bank's day, and has each act judged by how the bank stood before and after. */
function judge(
  verdict: (seen: { bank: CoreBank; asked: Act; done: Done; before: Look; after: Look }) => void,
) {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
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

const bySerial = (seen: { before: Look; after: Look }) =>
  SERIALS.map((each) => ({
    serial: each,
    was: seen.before.tokens.get(each)!,
    is: seen.after.tokens.get(each)!,
  }));
const byUser = (seen: { before: Look; after: Look }) =>
  USERS.map((id) => ({ id, was: seen.before.users.get(id)!, is: seen.after.users.get(id)! }));

describe("whatever is done in whatever order", () => {
  it("rules 3, 4, 6: no step is accepted again, by whomever and for whatever", () => {
    judge(({ asked, done, ...seen }) => {
      const uses = ["verify", "register", "resync"].includes(asked.kind) && done.done;
      const moved = bySerial(seen).filter(({ was, is }) => is.lastStep !== was.lastStep);
      for (const { was, is } of moved) expect(is.lastStep).toBeGreaterThan(was.lastStep);
      expect(moved).toHaveLength(uses ? 1 : 0);
    });
  });

  it("rules 5, 22, 33: a token suspended or out of service accepts and counts nothing", () => {
    judge(({ asked, ...seen }) => {
      if (!["verify", "register", "resync"].includes(asked.kind)) return;
      for (const { was, is } of bySerial(seen)) {
        if (was.suspended || was.status !== "usable") expect(is).toEqual(was);
      }
    });
  });

  it("rules 10, 11: a user's token is issued, registered and revoked by these acts only", () => {
    const moves: Record<string, readonly string[]> = {
      lend: ["none issued", "revoked issued", "issued issued"],
      register: ["none registered", "issued registered", "revoked registered"],
      revoke: ["issued revoked", "registered revoked"],
      "branch revoke": ["issued revoked", "registered revoked"],
      retire: ["issued revoked", "registered revoked"],
    };
    judge(({ asked, ...seen }) => {
      for (const { was, is } of byUser(seen)) {
        if (was.holding === is.holding && was.serial === is.serial) continue;
        expect(moves[asked.kind]).toContain(`${was.holding} ${is.holding}`);
      }
    });
  });

  it("rule 12: a suspension shows on everyone who shares the token", () => {
    judge(({ bank, after }) => {
      for (const each of SERIALS) {
        for (const id of after.holders(each)) {
          if (after.tokens.get(each)!.suspended)
            expect(isSuspended(bank.book(), bank.user(id))).toBe(true);
        }
      }
    });
  });

  it("rules 20, 34: wrong codes are counted one by one, and the fifth in a row suspends", () => {
    judge(({ asked, done, ...seen }) => {
      const wrong = asked.kind === "verify" || asked.kind === "resync";
      for (const { was, is } of bySerial(seen)) {
        if (is.failures > was.failures)
          expect([wrong, is.failures - was.failures]).toEqual([true, 1]);
        expect(is.failures).toBeLessThanOrEqual(5);
        if (is.status === "usable") expect(is.suspended).toBe(is.failures === 5);
      }
      for (const { was, is } of byUser(seen)) {
        const counted = is.codeFailures - was.codeFailures;
        if (counted > 0) expect([asked.kind, done.done, counted]).toEqual(["register", false, 1]);
        expect(is.codeSuspended).toBe(is.codeFailures === 5);
      }
    });
  });

  it("rule 36: a suspension is lifted by an unlock, or with a token that nobody has", () => {
    judge(({ asked, done, ...seen }) => {
      for (const { serial: each, was, is } of bySerial(seen)) {
        if (!was.suspended || is.suspended) continue;
        expect(["unlock", "branch unlock", "lend"]).toContain(asked.kind);
        if (asked.kind === "lend") expect(seen.before.holders(each)).toEqual([]);
        else for (const id of seen.before.holders(each)) expect(done.users).toContain(id);
      }
    });
  });

  it("rules 37, 38: the operator lifts neither his own suspension nor that of his token", () => {
    judge(({ bank, asked, done, before }) => {
      if (asked.kind !== "unlock") return;
      const actor = before.users.get(asked.actor)!;
      if (done.done) expect(actor.class).toBe("master");
      const listed = unlockList(bank.book(), bank.user(asked.actor)).map(({ id }) => id);
      expect(listed).not.toContain(actor.id);
      const own = actor.holding === "registered" ? before.holders(actor.serial!) : [];
      const others = (done.users ?? []).filter((id) => before.users.get(id)!.codeSuspended);
      for (const id of own) if (!others.includes(id)) expect(done.users ?? []).not.toContain(id);
    });
  });

  it("rules 21, 24, 56: who has a token has one in service, of his contract, not refused to him", () => {
    judge(({ after }) => {
      for (const each of after.users.values()) {
        if (each.holding !== "registered") continue;
        const token = after.tokens.get(each.serial!)!;
        expect([token.status, token.contract]).toEqual(["usable", each.contract]);
        expect(each.refusedSerials).not.toContain(token.serial);
      }
    });
  });

  it("rule 43: what is refused has changed nothing but what counts guesses", () => {
    judge(({ asked, done, ...seen }) => {
      if (done.done || ["verify", "register", "resync"].includes(asked.kind)) return;
      for (const { was, is } of bySerial(seen)) expect(is).toEqual(was);
      for (const { was, is } of byUser(seen)) {
        const { confirmationFailures, confirmationSuspended } = is;
        expect(is).toEqual({ ...was, confirmationFailures, confirmationSuspended });
      }
    });
  });

  it("rules 46, 48, 54: the chosen lose their token, the others only one that is lost", () => {
    judge(({ asked, done, before, after }) => {
      if (asked.kind !== "revoke" || !done.done) return;
      const chosen = asked.users.filter((id) => mayBeRevoked(before.users.get(id)!));
      for (const { id, was, is } of byUser({ before, after })) {
        const with_ = chosen.some((each) => before.users.get(each)!.serial === was.serial);
        const loses = mayBeRevoked(was) && (chosen.includes(id) || (asked.lost && with_));
        expect(is.holding).toBe(loses && was.contract === "C1" ? "revoked" : was.holding);
        expect(done.users!.includes(id)).toBe(loses && was.contract === "C1");
      }
    });
  });

  it("rules 48, 54: a token that nobody is left with is out of service; a lost one for good", () => {
    judge(({ asked, after, ...seen }) => {
      for (const { serial: each, was, is } of bySerial({ ...seen, after })) {
        if (was.status === "lost") expect(is.status).toBe("lost");
        // Lent in its place another, a token that was never registered stays with its contract.
        if (asked.kind === "lend") continue;
        const had = USERS.some((id) => hasIt(seen.before, id, each));
        const has = USERS.some((id) => hasIt(after, id, each));
        if (had && !has) expect(is.status).not.toBe("usable");
        if (has) expect(is.status).toBe("usable");
      }
    });
  });

  it("rule 50: who lost a token has no other before half an hour has gone by", () => {
    judge(({ bank, ...seen }) => {
      for (const { was, is } of byUser(seen)) {
        if (was.holding !== "revoked" || is.holding === "revoked") continue;
        expect(bank.now).toBeGreaterThanOrEqual(was.availableAt!);
      }
    });
  });

  it("rule 52: a revocation leaves a suspension to the others", () => {
    judge(({ asked, ...seen }) => {
      if (asked.kind !== "revoke" && asked.kind !== "branch revoke") return;
      for (const { was, is } of bySerial(seen)) expect(is.suspended).toBe(was.suspended);
    });
  });

  it("rules 57, 59: every act is in the audit, no code anywhere, and no serial in a mail", () => {
    judge(({ bank, asked, done }) => {
      const { audit, mails } = bank.changes!;
      const nothing = asked.kind.startsWith("branch") || asked.kind === "retire";
      if (done.done && !(nothing && done.users!.length === 0)) expect(audit).not.toHaveLength(0);
      const written = JSON.stringify(audit.map((line) => ({ ...line, at: 0 })));
      if (done.typed !== undefined) expect(written).not.toContain(`"${done.typed}"`);
      for (const each of SERIALS) expect(JSON.stringify(mails)).not.toContain(each);
    });
  });
});

function hasIt(seen: Look, id: string, serial: string): boolean {
  const each = seen.users.get(id)!;
  return mayBeRevoked(each) && each.serial === serial;
}
