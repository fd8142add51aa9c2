import { describe, expect, it } from "vitest";
import { keepStaff, logInStaff } from "../../../server/core/staff.js";
import { CoreBank, NOON } from "../../support/core-bank.js";

const MEMBER = { id: "s12", name: "店員", passwordHash: "hash", ended: false };
const SESSION = Buffer.alloc(32, 7);
const keep = (bank: CoreBank, changes: Partial<typeof MEMBER> = {}) => {
  bank.act((book, rules) => {
    keepStaff(book, rules, { ...MEMBER, ...changes });
  });
  return bank.said();
};
const enter = (bank: CoreBank, id = "s12", right = true) =>
  bank.act((book, rules) => logInStaff(book, rules, id, right, SESSION));

describe("the branch's staff", () => {
  it("are added, changed and ended", () => {
    const bank = new CoreBank();
    expect(keep(bank)).toEqual(["staff added"]);
    expect(bank.book().staff("s12")).toEqual(MEMBER);
    expect(keep(bank, { passwordHash: "new" })).toEqual(["staff changed"]);
    expect(bank.book().staff("s12")!.passwordHash).toBe("new");
    expect(keep(bank, { ended: true })).toEqual(["staff ended"]);
  });

  it("open a session by their password", () => {
    const bank = new CoreBank();
    keep(bank);
    bank.now = NOON + 0.75;
    expect(enter(bank)).toBe(true);
    expect(bank.changes!.sessions).toEqual([
      { id: SESSION, owner: { staff: "s12" }, createdAt: Math.floor(NOON + 0.75) },
    ]);
    expect(bank.said()).toEqual(["staff logged_in"]);
    expect(bank.changes!.audit[0]!.detail).toEqual({ staff: "s12" });
  });

  it("are kept out by a wrong password, at the end of their work, and if nobody knows them", () => {
    const bank = new CoreBank();
    keep(bank);
    expect(enter(bank, "s12", false)).toBe(false);
    expect(bank.said()).toEqual(["staff wrong_password"]);
    expect(enter(bank, "s13")).toBe(false);
    keep(bank, { ended: true });
    expect(enter(bank)).toBe(false);
    expect(bank.said()).toEqual(["staff wrong_password"]);
    expect(bank.changes!.sessions).toEqual([]);
  });
});
