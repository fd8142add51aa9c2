import { describe, expect, it } from "vitest";
import { noticeExpiry } from "../../../server/core/expiry-notice.js";
import { resyncUser, verifySerial, verifyUser } from "../../../server/core/user-code.js";
import { CoreBank, holder, NOON, tokenOf, userOf } from "../../support/core-bank.js";

const SERIAL = "12345678";
const shared = () =>
  new CoreBank(holder("ichiro", SERIAL), holder("jiro", SERIAL), tokenOf(SERIAL));
const use = (bank: CoreBank, user: string, code: string) =>
  bank.act((book, rules) => verifyUser(book, rules, user, code));

describe("expiry notices (rule 55)", () => {
  it("say nothing of a token nobody knows, or that has no end, or is over", () => {
    for (const expiry of [undefined, NOON]) {
      const bank = new CoreBank(holder("ichiro", SERIAL), tokenOf(SERIAL, { expiry }));
      for (const serial of [SERIAL, "99999999"]) {
        bank.act((book, rules) => {
          noticeExpiry(book, rules, serial);
        });
        expect(bank.said()).toEqual([]);
      }
    }
  });
});

describe("codes by user", () => {
  it("rule 3: a code accepted for one user is refused for every other of the token", () => {
    const bank = shared();
    const code = bank.code(SERIAL);
    expect(use(bank, "ichiro", code)).toEqual({ accepted: true });
    expect(use(bank, "jiro", code)).toEqual({ accepted: false, reason: "already_used" });
    expect(use(bank, "jiro", bank.code(SERIAL, -1))).toMatchObject({ reason: "already_used" });
  });

  it("rule 34: wrong codes in a row are summed over the token's users", () => {
    const bank = shared();
    for (const user of ["ichiro", "jiro", "ichiro", "jiro"]) use(bank, user, bank.wrong(SERIAL));
    expect(use(bank, "ichiro", bank.wrong(SERIAL))).toEqual({
      accepted: false,
      reason: "suspended",
    });
    expect(bank.token(SERIAL).suspended).toBe(true);
  });

  it("rules 12, 35, 59: suspension ends the sessions of all its users, and tells them", () => {
    const users = [holder("ichiro", SERIAL), holder("jiro", SERIAL)];
    const bank = new CoreBank(...users, userOf("masuo", { class: "master" }), tokenOf(SERIAL));
    for (let guess = 0; guess < 5; guess++) use(bank, "ichiro", bank.wrong(SERIAL));
    expect(bank.changes!.ended).toEqual([{ user: "ichiro" }, { user: "jiro" }]);
    // The master twice: of each of them.
    expect(bank.changes!.mails.map(({ to }) => to.split("@")[0]).sort()).toEqual([
      ...["ichiro", "jiro", "masuo", "masuo"],
    ]);
    expect(JSON.stringify(bank.changes!.mails)).not.toContain(SERIAL);
    expect(use(bank, "jiro", bank.code(SERIAL))).toMatchObject({ reason: "suspended" });
  });

  it("rule 34: a success begins the count anew", () => {
    const bank = shared();
    for (let guess = 0; guess < 4; guess++) use(bank, "jiro", bank.wrong(SERIAL));
    expect(use(bank, "ichiro", bank.code(SERIAL))).toEqual({ accepted: true });
    expect(bank.token(SERIAL).failures).toBe(0);
  });

  it("by serial: whoever has the token, and a serial nobody knows by the same work", () => {
    const bank = new CoreBank(tokenOf(SERIAL, { contract: undefined }));
    const by = (serial: string, code: string) =>
      bank.act((book, rules) => verifySerial(book, rules, serial, code));
    const wrong = { accepted: false, reason: "wrong_code" };
    expect(by("99999999", bank.code(SERIAL))).toEqual(wrong);
    expect(bank.said()).toEqual(["verify wrong_code"]);
    expect(bank.computed).toBe(22);
    // The decoy's own code too.
    expect(by("99999999", bank.code("0"))).toEqual(wrong);
    expect(bank.computed).toBe(44);
    expect(by(SERIAL, bank.code(SERIAL))).toEqual({ accepted: true });
  });

  it.each([
    ["none", userOf("ichiro"), "unregistered"],
    ["one issued only", userOf("ichiro", { holding: "issued", serial: SERIAL }), "unregistered"],
    [
      "one revoked",
      userOf("ichiro", { holding: "revoked", serial: SERIAL, availableAt: NOON + 1 }),
      "revoked",
    ],
    [
      "one revoked long ago",
      userOf("ichiro", { holding: "revoked", serial: SERIAL, availableAt: NOON }),
      "unregistered",
    ],
    ["an unknown token", holder("ichiro", "99999999"), "unregistered"],
    ["a stopped ID", holder("ichiro", SERIAL, { stopped: true }), "suspended"],
  ])("a user with %s is refused, nothing is evaluated or counted", (_name, user, reason) => {
    const bank = new CoreBank(user, tokenOf(SERIAL));
    expect(use(bank, "ichiro", bank.code(SERIAL))).toEqual({ accepted: false, reason });
    expect(bank.computed).toBe(0);
    expect(bank.token(SERIAL).failures).toBe(0);
  });

  it("a login ID nobody knows is refused as a wrong code, by a wrong code's work", () => {
    const bank = shared();
    expect(use(bank, "nobody", bank.code(SERIAL))).toEqual({
      accepted: false,
      reason: "wrong_code",
    });
    expect(bank.said()).toEqual(["verify wrong_code"]);
    const { computed } = bank;
    use(bank, "ichiro", bank.wrong(SERIAL));
    expect(bank.computed).toBe(2 * computed);
    expect(computed).toBeGreaterThan(0);
  });

  it("rule 33: an expired token's codes are refused", () => {
    const bank = new CoreBank(holder("ichiro", SERIAL), tokenOf(SERIAL, { expiry: NOON }));
    expect(use(bank, "ichiro", bank.code(SERIAL))).toMatchObject({ reason: "expired" });
  });
});

describe("rule 8: time correction by a user (時刻補正)", () => {
  const correct = (bank: CoreBank, from: number, to = from + 1) =>
    bank.act((book, rules) =>
      resyncUser(book, rules, bank.user("ichiro"), [
        bank.code(SERIAL, from),
        bank.code(SERIAL, to),
      ]),
    );

  it("finds a clock up to 30 steps off; the second code is used up", () => {
    const bank = shared();
    expect(correct(bank, 29)).toEqual({ resynchronized: true, clockOffset: 30 });
    expect(bank.changes!.mails).not.toHaveLength(0);
    expect(use(bank, "ichiro", bank.code(SERIAL, 30))).toMatchObject({ reason: "already_used" });
    expect(use(bank, "ichiro", bank.code(SERIAL, 31))).toEqual({ accepted: true });
  });

  it("does not search further than that, and counts one wrong code", () => {
    const bank = shared();
    expect(correct(bank, 31)).toEqual({ resynchronized: false, reason: "wrong_code" });
    expect(bank.token(SERIAL).failures).toBe(1);
    expect(bank.changes!.mails).toEqual([]);
  });

  it("is refused to who has no token, and while the ID is stopped", () => {
    const none = new CoreBank(userOf("ichiro"), tokenOf(SERIAL));
    expect(correct(none, 0)).toEqual({ resynchronized: false, reason: "unregistered" });
    const lost = new CoreBank(holder("ichiro", "99999999"), tokenOf(SERIAL));
    expect(correct(lost, 0)).toEqual({ resynchronized: false, reason: "unregistered" });
    const stopped = new CoreBank(holder("ichiro", SERIAL, { stopped: true }), tokenOf(SERIAL));
    expect(correct(stopped, 0)).toEqual({ resynchronized: false, reason: "suspended" });
  });
});
