import { describe, expect, it } from "vitest";
import { logIn, stop } from "../../../server/core/login.js";
import { changeProfile, type ProfileChange } from "../../../server/core/profile.js";
import {
  transfer,
  transferNeedsCode,
  type TransferRequest,
} from "../../../server/core/transfer.js";
import { contractOf, CoreBank, holder, NOON, tokenOf, userOf } from "../../support/core-bank.js";

const SERIAL = "12345678";
const enter = (bank: CoreBank, user = "ichiro", right = true) =>
  bank.act((book, rules) => logIn(book, rules, user, right, Buffer.alloc(32, 1)));

describe("login", () => {
  it("rules 29, 58: opens a session by the password alone, and keeps the last login", () => {
    const bank = new CoreBank(holder("ichiro", SERIAL), tokenOf(SERIAL));
    expect(enter(bank)).toEqual({ in: true, landing: "top" });
    expect(bank.changes!.sessions).toEqual([
      { id: Buffer.alloc(32, 1), owner: { user: "ichiro" }, createdAt: Math.floor(NOON) },
    ]);
    bank.now += 86_400;
    enter(bank);
    expect(bank.user("ichiro").previousLogin).toBe(Math.floor(NOON));
  });

  it("rule 15: lands on the registration", () => {
    expect(enter(new CoreBank(userOf("ichiro")))).toEqual({ in: true, landing: "registration" });
  });

  it("a wrong password and an unknown user are told alike", () => {
    const bank = new CoreBank(userOf("ichiro", { stopped: true }));
    const wrong = { in: false, reason: "wrong_password" };
    expect(enter(bank, "ichiro", false)).toEqual(wrong);
    expect(enter(bank, "nobody", false)).toEqual(wrong);
    expect(bank.changes!.users.size).toBe(0);
  });

  it.each([
    ["rule 35: a suspended token", holder("ichiro", SERIAL), { suspended: true }, "suspended"],
    [
      "rule 20: stopped at registration",
      userOf("ichiro", { codeSuspended: true }),
      {},
      "suspended",
    ],
    ["rule 60: an emergency stop", holder("ichiro", SERIAL, { stopped: true }), {}, "stopped"],
  ] as const)("%s keeps out who knows the password", (_name, user, changes, reason) => {
    const bank = new CoreBank(user, tokenOf(SERIAL, changes));
    expect(enter(bank)).toEqual({ in: false, reason });
    expect(bank.said()).toEqual([`login ${reason}`]);
  });

  it("rules 49, 50: a revoked user is told from when he can register anew", () => {
    const bank = new CoreBank(userOf("ichiro", { holding: "revoked", availableAt: NOON + 60 }));
    expect(enter(bank)).toEqual({ in: false, reason: "revoked", availableAt: NOON + 60 });
    bank.now = NOON + 60;
    expect(enter(bank)).toEqual({ in: true, landing: "registration" });
    const odd = new CoreBank(userOf("ichiro", { holding: "revoked" }));
    expect(enter(odd)).toMatchObject({ in: true });
  });

  it("rule 33: an expired token does not keep out", () => {
    const bank = new CoreBank(holder("ichiro", SERIAL), tokenOf(SERIAL, { expiry: NOON }));
    expect(enter(bank)).toEqual({ in: true, landing: "top" });
  });

  it("rule 60: a user stops his own ID; his sessions end", () => {
    const bank = new CoreBank(userOf("ichiro"));
    bank.act((book, rules) => {
      stop(book, rules, bank.user("ichiro"));
    });
    expect(bank.user("ichiro").stopped).toBe(true);
    expect(bank.changes!.ended).toEqual([{ user: "ichiro" }]);
  });
});

const PAYEE = { bank: "見本銀行", branch: "本店", account: "普通 1234567", name: "カ)ミホン" };
const REGISTERED = { id: "P1", contract: "C1", ...PAYEE };

const send = (bank: CoreBank, changes: Partial<TransferRequest> = {}) =>
  bank.act((book, rules) =>
    transfer(book, rules, {
      ...{ id: `T${String(Math.random())}`, user: "ichiro", payee: PAYEE, amount: 50_000 },
      ...{ date: "2026-11-24", confirmed: true, code: undefined },
      ...changes,
    }),
  );

describe("transfers (資金移動)", () => {
  const bankOf = () => new CoreBank(holder("ichiro", SERIAL), tokenOf(SERIAL), REGISTERED);

  it("rule 25: to a payee entered now by password and code", () => {
    const bank = bankOf();
    expect(send(bank)).toEqual({ booked: false, reason: "code_needed" });
    expect(send(bank, { code: bank.code(SERIAL) })).toMatchObject({
      booked: true,
      transfer: { payee: PAYEE, amount: 50_000, date: "2026-11-24", registered: false },
    });
    expect(bank.said()).toEqual(["verify accepted", "transfer booked"]);
  });

  it("rule 26: to a payee registered beforehand by the password alone", () => {
    expect(send(bankOf(), { payee: "P1" })).toMatchObject({
      booked: true,
      transfer: { payee: PAYEE, registered: true },
    });
  });

  it("rule 32: a registered payee that the branch has changed since is not the one that was shown", () => {
    const shown = { ...PAYEE, account: "普通 9999999" };
    const changed = send(bankOf(), { payee: "P1", shown });
    expect(changed).toEqual({ booked: false, reason: "unknown_payee" });
    expect(send(bankOf(), { payee: "P1", shown: PAYEE })).toMatchObject({ booked: true });
  });

  it("rule 27: another contract's payee is none", () => {
    const bank = new CoreBank(holder("ichiro", SERIAL), { ...REGISTERED, contract: "C2" });
    expect(send(bank, { payee: "P1" })).toEqual({ booked: false, reason: "unknown_payee" });
    expect(send(bank, { payee: "P2" })).toEqual({ booked: false, reason: "unknown_payee" });
  });

  it("rules 30, 31: 200,000 yen a day and contract without tokens; 200,001 fail", () => {
    const none = contractOf("C1", { otpFrom: undefined });
    const bank = new CoreBank(none, userOf("ichiro"), userOf("jiro"), REGISTERED);
    expect(send(bank, { amount: 200_001 })).toEqual({ booked: false, reason: "over_limit" });
    expect(send(bank, { amount: 150_000 })).toMatchObject({ booked: true });
    expect(send(bank, { amount: 50_001, user: "jiro" })).toMatchObject({ reason: "over_limit" });
    expect(send(bank, { amount: 50_000, user: "jiro", payee: "P1" })).toMatchObject({
      booked: true,
    });
    expect(send(bank, { amount: 200_000, date: "2026-11-25" })).toMatchObject({ booked: true });
    const tokens = bankOf();
    expect(send(tokens, { amount: 200_001, payee: "P1" })).toMatchObject({ booked: true });
    expect(send(tokens, { amount: 10_000_000, payee: "P1" })).toMatchObject({
      reason: "over_limit",
    });
  });

  it("a code is not used up by a transfer that fails before it", () => {
    const bank = bankOf();
    const code = bank.code(SERIAL);
    expect(send(bank, { amount: 20_000_000, code })).toMatchObject({ reason: "over_limit" });
    expect(send(bank, { code, confirmed: false })).toMatchObject({ reason: "wrong_password" });
    expect(send(bank, { code })).toMatchObject({ booked: true });
    expect(send(bank, { code })).toEqual({ booked: false, reason: "already_used" });
  });

  it("rule 32: sent twice it is booked once, and only its own user sees it", () => {
    const bank = bankOf();
    const code = bank.code(SERIAL);
    const first = send(bank, { id: "T1", code });
    expect(send(bank, { id: "T1", code })).toEqual(first);
    expect(bank.changes!.transfers).toHaveLength(0);
    // Another order under the same id is not the one that was booked.
    expect(send(bank, { id: "T1", code, amount: 99 })).toMatchObject({ reason: "forbidden" });
    expect(send(bank, { id: "T1", confirmed: false })).toMatchObject({ reason: "wrong_password" });
    expect(send(bank, { id: "T1", user: "jiro" })).toEqual({ booked: false, reason: "forbidden" });
  });

  it("rules 15, 35, 49, 60: who is kept out, or has to register first, books nothing", () => {
    const order = (user: ReturnType<typeof userOf>, changes = {}) =>
      send(new CoreBank(user, tokenOf(SERIAL, changes), REGISTERED), { payee: "P1" });
    const refused = (reason: string) => ({ booked: false, reason });
    expect(order(userOf("ichiro"))).toEqual(refused("forbidden"));
    expect(order(holder("ichiro", SERIAL, { stopped: true }))).toEqual(refused("forbidden"));
    expect(order(holder("ichiro", SERIAL), { suspended: true })).toEqual(refused("suspended"));
    const revoked = userOf("ichiro", { holding: "revoked", availableAt: NOON + 1 });
    expect(order(revoked)).toEqual(refused("revoked"));
  });

  it.each(["2026-11-22", "2026-12-24", "2026-02-30", "9999-99-99", "tomorrow", ""])(
    "rule 30: no day of the calendar, or too far: %j has no limit of its own",
    (date) => {
      expect(send(bankOf(), { payee: "P1", date })).toEqual({ booked: false, reason: "bad_date" });
    },
  );

  it.each(["2026-11-23", "2026-12-23"])("rule 30: from today to 30 days ahead: %s", (date) => {
    expect(send(bankOf(), { payee: "P1", date })).toMatchObject({ booked: true });
  });

  it("nobody's user, and a user of no contract, book nothing", () => {
    expect(send(bankOf(), { user: "nobody" })).toEqual({ booked: false, reason: "forbidden" });
    const stray = new CoreBank(userOf("ichiro", { contract: "gone" }));
    expect(send(stray)).toEqual({ booked: false, reason: "over_limit" });
    expect(transferNeedsCode(stray.book(), stray.rules(), "nobody", false)).toBe(false);
  });
});

describe("rule 28: customer information (お客さま情報変更)", () => {
  const bankOf = (changes = {}) =>
    new CoreBank(holder("ichiro", SERIAL, { class: "master", ...changes }), tokenOf(SERIAL));
  const change = (bank: CoreBank, changes: Partial<ProfileChange>) =>
    bank.act((book, rules) =>
      changeProfile(book, rules, { user: "ichiro", confirmed: true, code: undefined, ...changes }),
    );

  it("asks for password and code", () => {
    const bank = bankOf();
    expect(change(bank, { mail: "x@example.co.jp" })).toEqual({
      changed: false,
      reason: "code_needed",
    });
    expect(change(bank, { confirmed: false })).toEqual({
      changed: false,
      reason: "wrong_password",
    });
    expect(change(bank, { code: bank.wrong(SERIAL) })).toEqual({
      changed: false,
      reason: "wrong_code",
    });
    const code = bank.code(SERIAL);
    expect(change(bank, { mail: "x@example.co.jp", code })).toEqual({
      changed: true,
      loggedOut: false,
    });
    expect(bank.user("ichiro").mail).toBe("x@example.co.jp");
    expect(bank.changes!.mails.map(({ to }) => to)).toEqual(["ichiro@example.co.jp"]);
    // The contract is as it was, and so are the sessions.
    expect([bank.changes!.contracts.size, bank.changes!.ended.length]).toEqual([0, 0]);
  });

  it("a new password ends the sessions", () => {
    const bank = bankOf();
    const changes = { passwordHash: "new", confirmationHash: "too", code: bank.code(SERIAL) };
    expect(change(bank, changes)).toEqual({ changed: true, loggedOut: true });
    expect(bank.user("ichiro")).toMatchObject({ passwordHash: "new", confirmationHash: "too" });
    expect(bank.changes!.ended).toEqual([{ user: "ichiro" }]);
  });

  it("the contract's limit is a master's to change", () => {
    const bank = bankOf();
    expect(change(bank, { dailyLimit: 5, code: bank.code(SERIAL) })).toMatchObject({
      changed: true,
    });
    expect(bank.book().contract("C1")!.dailyLimit).toBe(5);
    expect(change(bankOf({ class: "general" }), { dailyLimit: 5 })).toMatchObject({
      reason: "forbidden",
    });
    expect(change(bankOf({ contract: "gone" }), {})).toMatchObject({ reason: "forbidden" });
    expect(change(bank, { user: "nobody" })).toMatchObject({ reason: "forbidden" });
  });

  it("is not for who is kept out", () => {
    expect(change(bankOf({ stopped: true }), {})).toMatchObject({ reason: "forbidden" });
  });

  it("without the service no code is asked for", () => {
    const bank = new CoreBank(contractOf("C1", { otpFrom: undefined }), userOf("ichiro"));
    expect(change(bank, { mail: "x@example.co.jp" })).toMatchObject({ changed: true });
  });
});
