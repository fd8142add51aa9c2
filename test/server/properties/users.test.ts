import { describe, expect, it } from "vitest";
import { mayBeRevoked } from "../../../server/core/revoke-users.js";
import { isSuspended } from "../../../server/core/suspension.js";
import { unlockList } from "../../../server/core/unlock-users.js";
import type { User } from "../../../server/core/user.js";
import { NOON } from "../../support/core-bank.js";
import { byUser, judge, type Look } from "./bank-day.js";

/** Whether a user's one-time passwords are stopped, by his own guesses or by those at his token. */
function stoppedCodes(seen: Look, { codeSuspended, holding, serial }: User): boolean {
  return codeSuspended || (holding === "registered" && seen.tokens.get(serial!)!.suspended);
}

const waits = ({ availableAt }: User, now: number): boolean => now < (availableAt ?? 0);

/** Whether a user has to register a token before anything else: C3 begins an hour past noon. */
const mustRegister = ({ contract, needsCode, holding }: User, now: number): boolean =>
  needsCode && holding !== "registered" && (contract !== "C3" || now >= NOON + 3600);

describe("whatever is done in whatever order", () => {
  it("rules 15, 16: a login leads to BLG020 from the first day on, who has no token and needs one", () => {
    judge(({ bank, asked, done, before }) => {
      if (asked.kind !== "login" || !done.done) return;
      const first = mustRegister(before.users.get(asked.user)!, bank.now);
      expect(done.landing).toBe(first ? "registration" : "top");
    });
  });

  it("rule 15: who has to register a token can do nothing else before", () => {
    judge(({ bank, asked, done, before }) => {
      if (asked.kind !== "unlock" && asked.kind !== "revoke") return;
      if (mustRegister(before.users.get(asked.actor)!, bank.now))
        expect([done.done, done.reason]).toEqual([false, "forbidden"]);
    });
  });

  it("rule 19: a registration is refused in the same words, whatever is wrong with the token", () => {
    judge(({ bank, asked, done, before, after }) => {
      if (asked.kind !== "register" || done.done) return;
      const user = before.users.get(asked.user)!;
      const may =
        (asked.user !== "mirai" || bank.now >= NOON + 3600) &&
        !(user.stopped || user.codeSuspended || waits(user, bank.now)) &&
        user.holding !== "registered";
      const fifth = after.users.get(asked.user)!.codeSuspended;
      expect(done.reason).toBe(may ? (fifth ? "suspended" : "wrong_code") : "not_allowed");
    });
  });

  it("rules 35, 49, 60, 62: why a user is kept out is told only to who knows the password", () => {
    judge(({ bank, asked, done, before }) => {
      if (asked.kind !== "login") return;
      const user = before.users.get(asked.user)!;
      if (!asked.right) expect(done.reason).toBe("wrong_password");
      else if (user.stopped) expect(done.reason).toBe("stopped");
      else if (stoppedCodes(before, user)) expect(done.reason).toBe("suspended");
      else if (waits(user, bank.now)) expect(done.reason).toBe("revoked");
      else expect(done.done).toBe(true);
    });
  });

  it("rule 62: a login that fails changes nothing", () => {
    judge(({ asked, done, before, after }) => {
      if (asked.kind !== "login" || done.done) return;
      expect(after.users).toEqual(before.users);
      expect(after.tokens).toEqual(before.tokens);
    });
  });

  it("rules 35, 49, 60: who is suspended, revoked or stopped is out at that moment", () => {
    judge(({ bank, before, after }) => {
      for (const { id, was, is } of byUser({ before, after })) {
        const suspended = stoppedCodes(after, is) && !stoppedCodes(before, was);
        const revoked = is.holding === "revoked" && was.holding !== "revoked";
        if (suspended || revoked || (is.stopped && !was.stopped))
          expect(bank.changes!.ended).toContainEqual({ user: id });
      }
    });
  });

  it("rule 60: an emergency stop leaves all else as it is, and the branch alone ends it", () => {
    judge(({ asked, before, after }) => {
      for (const { id, was, is } of byUser({ before, after })) {
        const own = "user" in asked && asked.user === id;
        if (is.stopped !== was.stopped)
          expect([own, asked.kind]).toEqual([true, is.stopped ? "stop" : "resume"]);
        if (asked.kind === "stop") expect(is).toEqual({ ...was, stopped: was.stopped || own });
      }
      if (asked.kind === "stop") expect(after.tokens).toEqual(before.tokens);
    });
  });

  it("rules 39, 47: nothing is done without the right password, and five wrong ones suspend it", () => {
    judge(({ asked, done, before, after }) => {
      for (const { id, was, is } of byUser({ before, after })) {
        const asks = (asked.kind === "unlock" || asked.kind === "revoke") && asked.actor === id;
        if (!asks || done.reason === "forbidden") {
          expect(is.confirmationFailures).toBe(was.confirmationFailures);
          continue;
        }
        const refused = was.confirmationSuspended || !asked.confirmed;
        expect(done.reason === "wrong_password").toBe(refused);
        const failures = asked.confirmed ? 0 : was.confirmationFailures + 1;
        expect(is.confirmationFailures).toBe(
          was.confirmationSuspended ? was.confirmationFailures : failures,
        );
        expect(is.confirmationSuspended).toBe(is.confirmationFailures === 5);
      }
    });
  });

  it("rules 40, 41: an unlock reinstates everyone of the tokens chosen, and says so; nobody else", () => {
    judge(({ asked, done, before, after }) => {
      if (asked.kind !== "unlock" && asked.kind !== "branch unlock") return;
      const chosen = asked.users.map((id) => before.users.get(id)!);
      for (const { id, was, is } of byUser({ before, after })) {
        const listed = done.users?.includes(id) === true;
        if (!listed) {
          expect(stoppedCodes(after, is)).toBe(stoppedCodes(before, was));
          continue;
        }
        expect([stoppedCodes(before, was), stoppedCodes(after, is)]).toEqual([true, false]);
        const shares =
          was.holding === "registered" && chosen.some(({ serial }) => serial === was.serial);
        expect(asked.users.includes(id) || shares).toBe(true);
        if (is.holding === "registered") expect(after.tokens.get(is.serial!)!.failures).toBe(0);
      }
    });
  });

  it("rule 42: the branch lifts anybody's suspension", () => {
    judge(({ bank, asked }) => {
      if (asked.kind !== "branch unlock") return;
      for (const id of asked.users) expect(isSuspended(bank.book(), bank.user(id))).toBe(false);
    });
  });

  it("rule 44: who was stopped at his registration is in the other masters' list", () => {
    judge(({ bank, after }) => {
      for (const master of ["masuo", "masako"]) {
        const listed = unlockList(bank.book(), bank.user(master)).map(({ id }) => id);
        for (const { id, contract, codeSuspended } of after.users.values()) {
          if (codeSuspended && contract === "C1" && id !== master) expect(listed).toContain(id);
        }
      }
    });
  });

  it("rule 45: masters alone revoke, and may revoke themselves", () => {
    judge(({ bank, asked, done, before, after }) => {
      if (asked.kind !== "revoke" || !done.done) return;
      const actor = before.users.get(asked.actor)!;
      expect(actor.class).toBe("master");
      if (asked.users.includes(actor.id) && mayBeRevoked(actor, bank.now))
        expect(after.users.get(actor.id)!.holding).toBe("revoked");
    });
  });
});
