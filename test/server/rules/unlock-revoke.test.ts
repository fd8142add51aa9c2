import { describe, expect, it } from "vitest";
import { availableAt } from "../../../server/core/available-at.js";
import { DEFAULT_POLICY } from "../../../server/core/policy.js";
import { revokeUsers, takeOut } from "../../../server/core/revoke-users.js";
import { isSuspended } from "../../../server/core/suspension.js";
import { unlockList, unlockUsers } from "../../../server/core/unlock-users.js";
import { standingOf, waitsUntil } from "../../../server/core/user.js";
import { CoreBank, holder, NOON, tokenOf, userOf } from "../../support/core-bank.js";

/** The manual's unlock example, with the master who operates beside it (ruling C4). */
const manual = () =>
  new CoreBank(
    holder("hansurodt", "12345678", { class: "administrator" }),
    holder("ichirodt", "23456789"),
    holder("jirodt", "12345678"),
    holder("saburodt", "34567890", { class: "master" }),
    holder("shujin", "45678901", { class: "master" }),
    holder("tomo", "45678901"),
    tokenOf("12345678"),
    tokenOf("23456789", { suspended: true, failures: 5 }),
    tokenOf("34567890", { suspended: true, failures: 5 }),
    tokenOf("45678901"),
  );

const unlock = (bank: CoreBank, users: string[], more: object = {}) =>
  bank.act((book, rules) =>
    unlockUsers(book, rules, { actor: "shujin", users, confirmed: true, ...more }),
  );

describe("lifting suspensions (停止解除)", () => {
  it("rules 36, 40: the two of the manual's example are reinstated", () => {
    const bank = manual();
    expect(unlock(bank, ["ichirodt", "saburodt"])).toEqual({
      done: true,
      users: ["ichirodt", "saburodt"],
    });
    expect(bank.token("23456789")).toMatchObject({ suspended: false, failures: 0 });
    expect(bank.said()).toEqual(["unlock unlocked", "unlock unlocked"]);
    expect(bank.changes!.mails).not.toHaveLength(0);
  });

  it("rule 38: the list has users with a serial, neither the operator nor users of his token", () => {
    const bank = manual();
    const book = bank.book();
    expect(unlockList(book, book.user("shujin")!).map(({ id }) => id)).toEqual([
      "hansurodt",
      "ichirodt",
      "jirodt",
      "saburodt",
    ]);
    const untokened = new CoreBank(userOf("m", { class: "master" }), holder("a", "12345678"));
    expect(unlockList(untokened.book(), untokened.user("m")).map(({ id }) => id)).toEqual(["a"]);
  });

  it("rule 38: a token that is lent and not registered is nobody's yet", () => {
    const bank = new CoreBank(
      userOf("shujin", { class: "master", holding: "issued", serial: "12345678" }),
      userOf("a", { holding: "issued", serial: "23456789" }),
      holder("b", "12345678"),
      tokenOf("12345678", { suspended: true }),
      tokenOf("23456789", { suspended: true }),
    );
    expect(unlockList(bank.book(), bank.user("shujin")).map(({ id }) => id)).toEqual(["b"]);
    expect(isSuspended(bank.book(), bank.user("a"))).toBe(false);
  });

  it("rule 38: nobody reinstates himself, wherever he was stopped", () => {
    const master = userOf("shujin", { class: "master", codeSuspended: true });
    const bank = new CoreBank(master, userOf("a", { codeSuspended: true }));
    expect(unlockList(bank.book(), master).map(({ id }) => id)).toEqual(["a"]);
  });

  it("rule 40: everyone who shares the token is reinstated and listed", () => {
    const bank = new CoreBank(
      userOf("shujin", { class: "master", needsCode: false }),
      holder("c", "12345678"),
      holder("b", "12345678"),
      holder("a", "23456789"),
      tokenOf("12345678", { suspended: true }),
      tokenOf("23456789", { suspended: true }),
    );
    const offered = ["a", "b", "c"];
    expect(unlock(bank, ["b"], { offered })).toEqual({ done: true, users: ["b", "c"] });
  });

  it("rule 52: the token that was revoked from a user stays as it is when he is reinstated", () => {
    const bank = new CoreBank(
      userOf("shujin", { class: "master", needsCode: false }),
      userOf("a", { holding: "revoked", serial: "12345678", codeSuspended: true }),
      holder("b", "12345678"),
      tokenOf("12345678", { suspended: true, failures: 5 }),
    );
    expect(unlock(bank, ["a"])).toEqual({ done: true, users: ["a"] });
    expect(bank.token("12345678")).toMatchObject({ suspended: true, failures: 5 });
  });

  it("rule 37: masters only", () => {
    for (const actor of ["hansurodt", "ichirodt", "nobody"]) {
      expect(unlock(manual(), ["ichirodt"], { actor })).toEqual({
        done: false,
        reason: "forbidden",
      });
    }
  });

  it("rules 15, 60: not by a master who is stopped, or has to register first", () => {
    for (const changes of [{ needsCode: true }, { needsCode: false, stopped: true }]) {
      const bank = new CoreBank(
        userOf("shujin", { class: "master", ...changes }),
        holder("a", "12345678"),
        tokenOf("12345678", { suspended: true }),
      );
      expect(unlock(bank, ["a"])).toEqual({ done: false, reason: "forbidden" });
      const revoked = bank.act((book, rules) =>
        revokeUsers(book, rules, { actor: "shujin", users: ["a"], confirmed: true }),
      );
      expect(revoked).toEqual({ done: false, reason: "forbidden" });
    }
  });

  it("rule 39: a wrong password changes nothing; five suspend it, until the branch resets it", () => {
    const bank = manual();
    for (let guess = 0; guess < 5; guess++) {
      expect(unlock(bank, ["ichirodt"], { confirmed: false })).toMatchObject({
        reason: "wrong_password",
      });
    }
    expect(bank.said()).toContain("confirmation locked");
    expect(unlock(bank, ["ichirodt"])).toMatchObject({ reason: "wrong_password" });
    expect(bank.token("23456789").suspended).toBe(true);
  });

  it("rule 39: a right one begins the count anew", () => {
    const bank = manual();
    unlock(bank, ["ichirodt"], { confirmed: false });
    expect(bank.user("shujin").confirmationFailures).toBe(1);
    unlock(bank, ["ichirodt"]);
    expect(bank.user("shujin").confirmationFailures).toBe(0);
  });

  it("rule 41: what cannot be chosen is left out; nobody left is told", () => {
    expect(unlock(manual(), ["ichirodt", "jirodt"])).toEqual({ done: true, users: ["ichirodt"] });
    expect(unlock(manual(), ["jirodt", "tomo"])).toEqual({ done: false, reason: "none_chosen" });
    expect(unlock(manual(), [])).toEqual({ done: false, reason: "none_chosen" });
  });

  it("rule 43: where another master was faster, nothing is done", () => {
    const bank = manual();
    const offered = ["ichirodt", "saburodt"];
    unlock(bank, ["ichirodt"], { offered });
    expect(unlock(bank, offered, { offered })).toEqual({ done: false, reason: "changed" });
    expect(bank.token("34567890").suspended).toBe(true);
  });

  it("ruling C3: by the strict reading only the branch reinstates a master", () => {
    const bank = manual();
    bank.policy = { ...DEFAULT_POLICY, peerMasterUnlock: false };
    expect(unlock(bank, ["ichirodt", "saburodt"])).toEqual({ done: true, users: ["ichirodt"] });
    // Nor by way of somebody who shares his token: it would be lifted for him too.
    const shared = new CoreBank(
      userOf("shujin", { class: "master", needsCode: false }),
      holder("a", "12345678"),
      holder("b", "12345678", { class: "master" }),
      tokenOf("12345678", { suspended: true }),
    );
    shared.policy = bank.policy;
    expect(unlock(shared, ["a"])).toEqual({ done: false, reason: "none_chosen" });
    shared.policy = DEFAULT_POLICY;
    expect(unlock(shared, ["a"])).toEqual({ done: true, users: ["a", "b"] });
  });

  it("rule 44: a user stopped at registration is listed and reinstated", () => {
    const bank = new CoreBank(
      userOf("shujin", { class: "master", needsCode: false }),
      userOf("a", { codeSuspended: true, codeFailures: 5 }),
    );
    expect(isSuspended(bank.book(), bank.user("a"))).toBe(true);
    expect(unlock(bank, ["a"])).toEqual({ done: true, users: ["a"] });
    expect(bank.user("a")).toMatchObject({ codeSuspended: false, codeFailures: 0 });
  });
});

const SERIAL = "23456789";
const company = () =>
  new CoreBank(
    userOf("shujin", { class: "master", needsCode: false }),
    holder("a", SERIAL),
    holder("b", SERIAL),
    userOf("c", { holding: "issued", serial: "33456789" }),
    userOf("d"),
    userOf("e", { holding: "revoked", serial: "1", availableAt: NOON + 60 }),
    userOf("kanri", { class: "administrator", needsCode: false }),
    tokenOf(SERIAL),
    tokenOf("33456789"),
  );

const revoke = (bank: CoreBank, users: string[], more: object = {}) =>
  bank.act((book, rules) =>
    revokeUsers(book, rules, { actor: "shujin", users, confirmed: true, ...more }),
  );

describe("revoking tokens (失効)", () => {
  it("rules 48, 49: only the chosen users lose it; they wait, and their sessions end", () => {
    const bank = company();
    expect(revoke(bank, ["a"])).toEqual({ done: true, users: ["a"] });
    expect(bank.user("a")).toMatchObject({
      holding: "revoked",
      serial: SERIAL,
      availableAt: Math.floor(NOON) + 1800,
      refusedSerials: [SERIAL],
    });
    expect(bank.changes!.ended).toEqual([{ user: "a" }]);
    expect(bank.user("b").holding).toBe("registered");
    expect(bank.token(SERIAL).status).toBe("usable");
  });

  it("rule 48: the last holder's token is itself revoked", () => {
    const bank = company();
    revoke(bank, ["a", "b"]);
    expect(bank.token(SERIAL).status).toBe("revoked");
  });

  it("rules 48, 54: one that is lost is blocked for everyone who shares it", () => {
    const bank = company();
    expect(revoke(bank, ["a"], { lost: true })).toEqual({ done: true, users: ["a", "b"] });
    expect(bank.token(SERIAL).status).toBe("lost");
  });

  it("rules 48, 51: of several lost ones the result has all users, in the order of their IDs", () => {
    const bank = new CoreBank(
      userOf("shujin", { class: "master", needsCode: false }),
      ...[holder("a", SERIAL), holder("b", "33456789"), holder("c", SERIAL)],
      ...[tokenOf(SERIAL), tokenOf("33456789")],
    );
    const answer = revoke(bank, ["a", "b"], { lost: true });
    expect(answer).toEqual({ done: true, users: ["a", "b", "c"] });
  });

  it("taken from all its users, and not lost, a token can be lent anew", () => {
    const bank = company();
    const users = bank.act((book, rules) => takeOut(book, rules, SERIAL, undefined));
    expect(users).toEqual(["a", "b"]);
    expect(bank.token(SERIAL).status).toBe("revoked");
    expect(bank.said()).toEqual(["revoke revoked", "revoke revoked", "revoke revoked"]);
  });

  it("rule 46: registered, expired or issued ones; nobody else", () => {
    expect(revoke(company(), ["c"])).toEqual({ done: true, users: ["c"] });
    expect(revoke(company(), ["d", "e"])).toEqual({ done: false, reason: "none_chosen" });
    const expired = new CoreBank(
      holder("shujin", SERIAL, { class: "master" }),
      tokenOf(SERIAL, { expiry: NOON }),
    );
    expect(revoke(expired, ["shujin"])).toEqual({ done: true, users: ["shujin"] });
  });

  it("rules 46, 52: a suspended one is audited as such, and stays suspended for the others", () => {
    const bank = new CoreBank(
      userOf("shujin", { class: "master", needsCode: false }),
      holder("a", SERIAL),
      holder("b", SERIAL),
      tokenOf(SERIAL, { suspended: true }),
    );
    revoke(bank, ["a"]);
    expect(bank.said()).toContain("revoke revoked_while_suspended");
    expect(bank.token(SERIAL).suspended).toBe(true);
    expect(bank.changes!.mails.map(({ to }) => to)).toContain("shujin@example.co.jp");
  });

  it("rules 10, 46, 48, 54: a token lent to who waits is with him, and revoked once he does not", () => {
    const waiting = { holding: "issued", serial: SERIAL, availableAt: NOON + 60 } as const;
    const bankOf = () =>
      new CoreBank(
        userOf("shujin", { class: "master", needsCode: false }),
        userOf("a", waiting),
        holder("b", SERIAL),
        tokenOf(SERIAL),
      );
    const bank = bankOf();
    expect(revoke(bank, ["a"])).toEqual({ done: false, reason: "none_chosen" });
    revoke(bank, ["b"]);
    expect(bank.token(SERIAL).status).toBe("usable");
    bank.now = NOON + 60;
    expect(revoke(bank, ["a"])).toEqual({ done: true, users: ["a"] });
    expect(bank.token(SERIAL).status).toBe("revoked");
    // Lost, it is lost to him as well.
    const lost = bankOf();
    expect(revoke(lost, ["b"], { lost: true })).toEqual({ done: true, users: ["a", "b"] });
    expect(lost.user("a")).toMatchObject({ holding: "revoked", availableAt: NOON + 1800 });
  });

  it("rule 45, ruling C13: masters only; administrators by a switch", () => {
    expect(revoke(company(), ["a"], { actor: "kanri" })).toMatchObject({ reason: "forbidden" });
    expect(revoke(company(), ["a"], { actor: "b" })).toMatchObject({ reason: "forbidden" });
    expect(revoke(company(), ["a"], { actor: "nobody" })).toMatchObject({ reason: "forbidden" });
    const bank = company();
    bank.policy = { ...DEFAULT_POLICY, administratorsRevoke: true };
    expect(revoke(bank, ["a"], { actor: "b" })).toMatchObject({ reason: "forbidden" });
    expect(revoke(bank, ["a"], { actor: "kanri" })).toMatchObject({ done: true });
  });

  it("rules 43, 47: not without the password, nor where the list has changed", () => {
    const bank = company();
    expect(revoke(bank, ["a"], { confirmed: false })).toMatchObject({ reason: "wrong_password" });
    expect(revoke(bank, ["d"], { offered: ["d"] })).toMatchObject({ reason: "changed" });
    expect(bank.user("a").holding).toBe("registered");
  });

  it("a token the book does not know is taken from its user all the same", () => {
    const bank = new CoreBank(
      userOf("shujin", { class: "master", needsCode: false }),
      holder("a", "99999999"),
    );
    expect(revoke(bank, ["a"])).toMatchObject({ done: true });
    expect(bank.said()).toEqual(["revoke revoked"]);
    const lost = new CoreBank(
      userOf("shujin", { class: "master", needsCode: false }),
      holder("a", "99999999"),
    );
    expect(revoke(lost, ["a"], { lost: true })).toMatchObject({ done: true });
  });

  it.each([
    ["02:58:59", "03:28:59"],
    ["02:59:00", "03:10:00"],
    ["03:05:00", "03:10:00"],
    ["03:09:59", "03:10:00"],
    ["03:10:00", "03:40:00"],
    ["12:00:00", "12:30:00"],
    ["23:45:00", "00:15:00"],
  ])("§1.1, rulings C1 and C2: revoked at %s, available at %s", (at, expected) => {
    const seconds = Date.parse(`2026-11-23T${at}+09:00`) / 1000;
    const available = availableAt(seconds, DEFAULT_POLICY.registrationDelay);
    const shown = new Date((available + 9 * 3600) * 1000).toISOString();
    expect(shown.slice(11, 19)).toBe(expected);
    expect(shown.slice(0, 10)).toBe(at === "23:45:00" ? "2026-11-24" : "2026-11-23");
  });
});

describe("rule 10: the states", () => {
  it.each([
    [userOf("a"), undefined, "unregistered"],
    [userOf("a", { holding: "issued" }), undefined, "issued"],
    [holder("a", SERIAL), NOON + 1, "registered"],
    [holder("a", SERIAL), undefined, "registered"],
    [holder("a", SERIAL), NOON, "expired"],
    [userOf("a", { holding: "revoked", availableAt: NOON + 1 }), undefined, "revoked"],
    [userOf("a", { holding: "revoked", availableAt: NOON }), undefined, "unregistered"],
    [userOf("a", { holding: "revoked" }), undefined, "unregistered"],
  ] as const)("%#", (user, expiry, standing) => {
    expect(standingOf(user, expiry, NOON)).toBe(standing);
  });

  it("who has lost a token waits for another, also where it is lent to him by then", () => {
    for (const holding of ["revoked", "issued"] as const) {
      const user = userOf("a", { holding, availableAt: NOON + 1 });
      expect(waitsUntil(user, NOON)).toBe(NOON + 1);
      expect(waitsUntil(user, NOON + 1)).toBeUndefined();
    }
    expect(waitsUntil(userOf("a"), NOON)).toBeUndefined();
  });
});
