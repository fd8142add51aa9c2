import { describe, expect, it } from "vitest";
import { mustRegister, register } from "../../../server/core/register.js";
import { verifyUser } from "../../../server/core/user-code.js";
import { contractOf, CoreBank, holder, NOON, tokenOf, userOf } from "../../support/core-bank.js";

const SERIAL = "12345678";
const enrol = (bank: CoreBank, user: string, serial = SERIAL, code = bank.code(serial)) =>
  bank.act((book, rules) => register(book, rules, user, serial, code));

describe("registration (BLG020)", () => {
  it("rules 10, 11, 23: a code of a lent token registers it", () => {
    const bank = new CoreBank(
      userOf("ichiro", { holding: "issued", serial: SERIAL }),
      tokenOf(SERIAL),
    );
    expect(enrol(bank, "ichiro")).toEqual({ registered: true, serial: SERIAL });
    expect(bank.user("ichiro")).toMatchObject({ holding: "registered", serial: SERIAL });
    expect(bank.said()).toEqual(["register registered"]);
  });

  it("rule 4: its code cannot be used again", () => {
    const bank = new CoreBank(userOf("ichiro"), tokenOf(SERIAL));
    const code = bank.code(SERIAL);
    enrol(bank, "ichiro");
    const again = bank.act((book, rules) => verifyUser(book, rules, "ichiro", code));
    expect(again).toEqual({ accepted: false, reason: "already_used" });
  });

  it("rules 15, 16: asked for from the contract's start date, of users with a right that needs it", () => {
    const asked = (changes: object, user = userOf("ichiro")) => {
      const bank = new CoreBank(contractOf("C1", changes), user);
      return mustRegister(bank.book(), user, NOON);
    };
    expect(asked({ otpFrom: NOON })).toBe(true);
    expect(asked({ otpFrom: NOON + 1 })).toBe(false);
    expect(asked({ otpFrom: undefined })).toBe(false);
    expect(asked({}, userOf("ichiro", { needsCode: false }))).toBe(false);
    expect(asked({}, holder("ichiro", SERIAL))).toBe(false);
    expect(asked({}, userOf("ichiro", { contract: "unknown" }))).toBe(false);
  });

  it.each([
    ["an unknown serial", {}, "99999999"],
    ["lent to another contract", { contract: "C2" }, SERIAL],
    ["still in stock", { contract: undefined }, SERIAL],
    ["lost", { status: "lost" }, SERIAL],
    ["expired", { expiry: NOON }, SERIAL],
    ["suspended (rule 22)", { suspended: true }, SERIAL],
  ] as const)(
    "rule 19: %s answers like a wrong code, by the same work",
    (_name, changes, serial) => {
      const bank = new CoreBank(userOf("ichiro"), tokenOf(SERIAL, changes));
      expect(enrol(bank, "ichiro", serial, bank.code(SERIAL))).toEqual({
        registered: false,
        reason: "wrong_code",
      });
      const other = new CoreBank(userOf("ichiro"), tokenOf(SERIAL));
      enrol(other, "ichiro", SERIAL, other.wrong(SERIAL));
      expect(bank.computed).toBe(other.computed);
      expect(bank.user("ichiro").codeFailures).toBe(1);
    },
  );

  it("rule 20: wrong codes count on the user, not on the token, and stop the user", () => {
    const bank = new CoreBank(userOf("ichiro"), holder("jiro", SERIAL), tokenOf(SERIAL));
    for (let guess = 1; guess < 5; guess++) {
      expect(enrol(bank, "ichiro", SERIAL, bank.wrong(SERIAL))).toMatchObject({
        reason: "wrong_code",
      });
    }
    expect(enrol(bank, "ichiro", SERIAL, bank.wrong(SERIAL))).toEqual({
      registered: false,
      reason: "suspended",
    });
    expect(bank.said()).toEqual(["register wrong_code", "lock suspended"]);
    expect(bank.changes!.audit.map(({ detail }) => detail.user)).toEqual(["ichiro", "ichiro"]);
    expect(bank.changes!.ended).toEqual([{ user: "ichiro" }]);
    expect(bank.user("ichiro")).toMatchObject({ codeSuspended: true });
    expect(bank.token(SERIAL)).toMatchObject({ failures: 0, suspended: false });
    expect(enrol(bank, "ichiro")).toMatchObject({ reason: "not_allowed" });
  });

  it("rules 5, 19: a used code is refused like a wrong one, and not counted", () => {
    const bank = new CoreBank(userOf("ichiro"), holder("jiro", SERIAL), tokenOf(SERIAL));
    const code = bank.code(SERIAL);
    bank.act((book, rules) => verifyUser(book, rules, "jiro", code));
    expect(enrol(bank, "ichiro", SERIAL, code)).toEqual({
      registered: false,
      reason: "wrong_code",
    });
    expect(bank.said()).toEqual(["register already_used"]);
    expect(bank.user("ichiro").codeFailures).toBe(0);
  });

  it("rule 21: a colleague's token may be shared", () => {
    const bank = new CoreBank(userOf("ichiro"), holder("jiro", SERIAL), tokenOf(SERIAL));
    expect(enrol(bank, "ichiro")).toMatchObject({ registered: true });
    expect(
      bank
        .book()
        .holders(SERIAL)
        .map(({ id }) => id),
    ).toEqual(["ichiro", "jiro"]);
  });

  it("rule 24: a serial revoked from a user is not registered by him again", () => {
    const bank = new CoreBank(userOf("ichiro", { refusedSerials: [SERIAL] }), tokenOf(SERIAL));
    expect(enrol(bank, "ichiro")).toMatchObject({ reason: "wrong_code" });
  });

  it.each([
    ["one who has a token", holder("ichiro", SERIAL)],
    [
      "one who waits after a revocation",
      userOf("ichiro", { holding: "revoked", availableAt: NOON + 1 }),
    ],
    ["one who has stopped his ID", userOf("ichiro", { stopped: true })],
    ["one of a contract without the service", userOf("ichiro", { contract: "C0" })],
    ["one of no contract", userOf("ichiro", { contract: "unknown" })],
    ["nobody", userOf("other")],
  ])("%s cannot register", (_name, user) => {
    const bank = new CoreBank(user, tokenOf(SERIAL), contractOf("C0", { otpFrom: undefined }));
    expect(enrol(bank, "ichiro")).toEqual({ registered: false, reason: "not_allowed" });
  });

  it("rule 50: one whose waiting is over can", () => {
    const waited = userOf("ichiro", { holding: "revoked", availableAt: NOON });
    expect(enrol(new CoreBank(waited, tokenOf(SERIAL)), "ichiro")).toMatchObject({
      registered: true,
    });
  });
});
