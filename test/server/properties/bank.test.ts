import { describe, expect, it } from "vitest";
import { mayBeRevoked } from "../../../server/core/revoke-users.js";
import { isSuspended } from "../../../server/core/suspension.js";
import { unlockList } from "../../../server/core/unlock-users.js";
import { hasToken } from "../../../server/core/user.js";
import { bySerial, byUser, judge, type Look, SERIALS, USERS } from "./bank-day.js";

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

  it("rules 20, 34: wrong codes are counted one by one, and forgotten by no other act; the fifth suspends", () => {
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
        if (counted < 0) expect(["register", "unlock", "branch unlock"]).toContain(asked.kind);
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
    judge(({ bank, asked, done, before, after }) => {
      if (asked.kind !== "revoke" || !done.done) return;
      const chosen = asked.users.filter((id) => mayBeRevoked(before.users.get(id)!, bank.now));
      for (const { id, was, is } of byUser({ before, after })) {
        const with_ = chosen.some((each) => before.users.get(each)!.serial === was.serial);
        const loses = hasToken(was) && (chosen.includes(id) || (asked.lost && with_));
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
        if (was.availableAt === undefined || is.holding !== "registered") continue;
        expect(bank.now).toBeGreaterThanOrEqual(was.availableAt);
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
  return hasToken(each) && each.serial === serial;
}
