import { describe, expect, it } from "vitest";
import type { Book } from "../../../server/core/book.js";
import {
  addUser,
  branchRevoke,
  branchUnlock,
  keepContract,
  keepPayee,
  lend,
  resume,
  retire,
} from "../../../server/core/branch.js";
import { confirm } from "../../../server/core/confirmation.js";
import { noticeExpiry } from "../../../server/core/expiry-notice.js";
import { logIn, stop } from "../../../server/core/login.js";
import { changeProfile } from "../../../server/core/profile.js";
import { register } from "../../../server/core/register.js";
import { revokeUsers } from "../../../server/core/revoke-users.js";
import type { Rules } from "../../../server/core/rules.js";
import { keepStaff, logInStaff } from "../../../server/core/staff.js";
import { transfer } from "../../../server/core/transfer.js";
import { unlockUsers } from "../../../server/core/unlock-users.js";
import { resyncUser, verifyUser } from "../../../server/core/user-code.js";
import { contractOf, CoreBank, holder, NOON, tokenOf, userOf } from "../../support/core-bank.js";

const SERIAL = "12345678";
const LENT = "23456789";
const PAPER = { form: "A-0001", staff: "s12" };
const PAYEE = { bank: "見本銀行", branch: "本店", account: "普通 1234567", name: "カ)ミホン" };
const SESSION = Buffer.alloc(32, 1);

/** A master, two users who share a token, and one to whom another was lent. */
const bankOf = (user: object = {}, token: object = {}) =>
  new CoreBank(
    userOf("masuo", { class: "master", needsCode: false }),
    holder("ichiro", SERIAL, user),
    holder("jiro", SERIAL),
    userOf("saburo", { holding: "issued", serial: LENT }),
    tokenOf(SERIAL, token),
    tokenOf(LENT),
    { id: "P1", contract: "C1", ...PAYEE },
  );

type Act = (book: Book, rules: Rules, bank: CoreBank) => unknown;
/** What the audit says of an act: event, result, serial, and what else belongs to it. */
function said(bank: CoreBank, act: Act): string[] {
  bank.act((book, rules) => act(book, rules, bank));
  return bank.changes!.audit.map(({ event, result, serial, detail }) =>
    [event, result, serial ?? "-", ...Object.entries(detail).map((pair) => pair.join("="))].join(
      " ",
    ),
  );
}

const ICHIRO = "user=ichiro contract=C1";
const JIRO = "user=jiro contract=C1";
const SABURO = "user=saburo contract=C1";
const MASUO = "user=masuo contract=C1";

describe("rule 57: the audit has who, whom, the serial and the result", () => {
  it("and when, from where, and by whom it was written", () => {
    const bank = bankOf();
    said(bank, (book, rules) => logIn(book, rules, "ichiro", true, SESSION));
    expect(bank.changes!.audit).toEqual([
      {
        ...{ at: NOON * 1000, event: "login", result: "logged_in", serial: undefined },
        ...{ actor: "test", source: undefined, detail: { user: "ichiro", contract: "C1" } },
      },
    ]);
  });

  const login =
    (user: string, right: boolean): Act =>
    (book, rules) =>
      logIn(book, rules, user, right, SESSION);
  const code =
    (user: string, right: boolean): Act =>
    (book, rules, bank) =>
      verifyUser(book, rules, user, right ? bank.code(SERIAL) : bank.wrong(SERIAL));
  const enrol =
    (user: string, serial: string, right = true): Act =>
    (book, rules, bank) =>
      register(book, rules, user, serial, right ? bank.code(serial) : bank.wrong(serial));
  const find =
    (first: number): Act =>
    (book, rules, bank) =>
      resyncUser(book, rules, bank.user("ichiro"), [
        bank.code(SERIAL, first),
        bank.code(SERIAL, first + 1),
      ]);

  it.each<[string, object, object, Act, string[]]>([
    ["a login", {}, {}, login("ichiro", true), [`login logged_in - ${ICHIRO}`]],
    ["a wrong one", {}, {}, login("ichiro", false), [`login wrong_password - ${ICHIRO}`]],
    [
      "a stopped ID's login",
      { stopped: true },
      {},
      login("ichiro", true),
      [`login stopped - ${ICHIRO}`],
    ],
    ["nobody's login", {}, {}, login("nobody", true), ["login wrong_password - unknown=1"]],
    ["a code", {}, {}, code("ichiro", true), [`verify accepted ${SERIAL} ${ICHIRO}`]],
    ["a wrong code", {}, {}, code("ichiro", false), [`verify wrong_code ${SERIAL} ${ICHIRO}`]],
    [
      "the last wrong code",
      {},
      { failures: 4 },
      code("ichiro", false),
      [`verify wrong_code ${SERIAL} ${ICHIRO}`, `lock suspended ${SERIAL} ${ICHIRO}`],
    ],
    ["nobody's code", {}, {}, code("nobody", true), ["verify wrong_code - user=nobody"]],
    ["a code without a token", {}, {}, code("masuo", true), [`verify unregistered - ${MASUO}`]],
    ["time found", {}, {}, find(9), [`resync resynchronized ${SERIAL} ${ICHIRO}`]],
    ["time not found", {}, {}, find(99), [`resync wrong_code ${SERIAL} ${ICHIRO}`]],
    [
      "the last pair",
      {},
      { failures: 4 },
      find(99),
      [`resync wrong_code ${SERIAL} ${ICHIRO}`, `lock suspended ${SERIAL} ${ICHIRO}`],
    ],
    ["a stopped ID's pair", { stopped: true }, {}, find(9), [`resync suspended - ${ICHIRO}`]],
    [
      "a suspended token's pair",
      {},
      { suspended: true },
      find(9),
      [`resync suspended ${SERIAL} ${ICHIRO}`],
    ],
    ["a registration", {}, {}, enrol("saburo", LENT), [`register registered ${LENT} ${SABURO}`]],
    [
      "a wrong one",
      {},
      {},
      enrol("saburo", LENT, false),
      [`register wrong_code ${LENT} ${SABURO}`],
    ],
    [
      "one of no token, whose serial is anything",
      {},
      {},
      enrol("saburo", "99999999"),
      [`register wrong_code - ${SABURO}`],
    ],
    ["one too many", {}, {}, enrol("ichiro", LENT), [`register not_allowed - ${ICHIRO}`]],
    ["nobody's", {}, {}, enrol("nobody", LENT), ["register not_allowed - user=nobody"]],
    [
      "an emergency stop",
      {},
      {},
      (book, rules, bank) => {
        stop(book, rules, bank.user("ichiro"));
      },
      [`stop stopped - ${ICHIRO}`],
    ],
    [
      "an expiry notice",
      {},
      { expiry: NOON + 30 * 86_400 },
      (book, rules) => {
        noticeExpiry(book, rules, SERIAL);
      },
      [`notice expiring ${SERIAL} ${ICHIRO} days=30`, `notice expiring ${SERIAL} ${JIRO} days=30`],
    ],
    [
      "mails that nobody sends",
      {},
      {},
      (book, rules, bank) => {
        stop(book, rules, bank.user("ichiro"));
        book.dropMails(rules.caller);
      },
      [`stop stopped - ${ICHIRO}`, "mail off - count=2"],
    ],
    [
      "no mails at all",
      {},
      {},
      (book, rules) => {
        book.dropMails(rules.caller);
      },
      [],
    ],
  ])("of %s", (_name, user, token, act, lines) => {
    expect(said(bankOf(user, token), act)).toEqual(lines);
  });

  const password =
    (right: boolean): Act =>
    (book, rules, bank) =>
      confirm(book, rules, bank.user("ichiro"), right);
  it.each<[string, object, boolean, string[]]>([
    ["a right password", { confirmationFailures: 4 }, true, []],
    ["a wrong one", {}, false, [`confirmation wrong_password - ${ICHIRO}`]],
    [
      "the last wrong one",
      { confirmationFailures: 4 },
      false,
      [`confirmation wrong_password - ${ICHIRO}`, `confirmation locked - ${ICHIRO}`],
    ],
    [
      "one that is suspended",
      { confirmationSuspended: true },
      true,
      [`confirmation suspended - ${ICHIRO}`],
    ],
  ])("of %s for confirmation", (_name, user, right, lines) => {
    expect(said(bankOf(user), password(right))).toEqual(lines);
  });

  it("of transfers", () => {
    const send =
      (changes: object): Act =>
      (book, rules) =>
        transfer(book, rules, {
          ...{ id: "T1", user: "ichiro", payee: "P1", amount: 5, date: "2026-11-24" },
          ...{ confirmed: true, code: undefined, ...changes },
        });
    const bank = bankOf();
    expect(said(bank, send({}))).toEqual([`transfer booked - ${ICHIRO} transfer=T1`]);
    expect(said(bank, send({ id: "T2", payee: PAYEE }))).toEqual([
      `transfer code_needed - ${ICHIRO}`,
    ]);
    const none = { user: "nobody" };
    expect(said(bank, send(none))).toEqual(["transfer forbidden -"]);
  });

  it("of customer information: which fields, and none of what they hold", () => {
    const bank = new CoreBank(
      contractOf("C1", { otpFrom: undefined }),
      userOf("ichiro", { class: "master" }),
    );
    const change =
      (changes: object): Act =>
      (book, rules) =>
        changeProfile(book, rules, {
          ...{ user: "ichiro", confirmed: true, code: undefined, ...changes },
        });
    expect(said(bank, change({ mail: "x", dailyLimit: 5 }))).toEqual([
      `profile changed - ${ICHIRO} fields=mail dailyLimit`,
    ]);
    expect(said(bank, change({ passwordHash: "x", confirmationHash: "y" }))).toEqual([
      `profile changed - ${ICHIRO} fields=passwordHash confirmationHash`,
    ]);
    expect(said(bank, change({ user: "nobody" }))).toEqual(["profile forbidden -"]);
    expect(said(bankOf(), change({ mail: "x" }))).toEqual([`profile code_needed - ${ICHIRO}`]);
  });

  const over = { actor: "masuo", users: ["ichiro"], confirmed: true };
  it("of suspensions lifted, by whom", () => {
    const suspended = { suspended: true };
    const act =
      (changes: object): Act =>
      (book, rules) =>
        unlockUsers(book, rules, { ...over, ...changes });
    expect(said(bankOf({}, suspended), act({}))).toEqual([
      `unlock unlocked ${SERIAL} ${ICHIRO} by=masuo`,
    ]);
    expect(said(bankOf({ codeSuspended: true }), act({}))).toEqual([
      `unlock unlocked - ${ICHIRO} by=masuo`,
    ]);
    expect(said(bankOf(), act({}))).toEqual([
      "unlock none_chosen - contract=C1 by=masuo user=ichiro",
    ]);
    expect(said(bankOf(), act({ actor: "jiro", users: ["ichiro", "saburo", "gaibu"] }))).toEqual([
      "unlock forbidden - contract=C1 by=jiro user=ichiro saburo",
    ]);
  });

  it("of revocations, by whom", () => {
    const act =
      (changes: object): Act =>
      (book, rules) =>
        revokeUsers(book, rules, { ...over, ...changes });
    expect(said(bankOf(), act({}))).toEqual([`revoke revoked ${SERIAL} ${ICHIRO} by=masuo`]);
    expect(said(bankOf({}, { suspended: true }), act({}))).toEqual([
      `revoke revoked_while_suspended ${SERIAL} ${ICHIRO} by=masuo`,
    ]);
    // The last one's token is itself revoked: a line of its own.
    expect(said(bankOf(), act({ users: ["saburo"] }))).toEqual([
      `revoke revoked ${LENT} ${SABURO} by=masuo`,
      `revoke revoked ${LENT} contract=C1 by=masuo`,
    ]);
    expect(said(bankOf(), act({ lost: true }))).toEqual([
      `revoke revoked ${SERIAL} ${ICHIRO} by=masuo`,
      `revoke revoked ${SERIAL} ${JIRO} by=masuo`,
      `revoke revoked ${SERIAL} contract=C1 by=masuo`,
      `token lost ${SERIAL} contract=C1 by=masuo`,
    ]);
    expect(said(bankOf(), act({ actor: "jiro" }))).toEqual([
      "revoke forbidden - contract=C1 by=jiro user=ichiro",
    ]);
    expect(said(bankOf(), act({ actor: "nobody" }))).toEqual(["revoke forbidden -"]);
  });

  const paper = "form=A-0001 staff=s12";
  it.each<[string, Act, string[]]>([
    [
      "a contract",
      (book, rules) => {
        keepContract(book, rules, contractOf("C1", { otpFrom: NOON, dailyLimit: 7 }), PAPER);
        keepContract(book, rules, contractOf("C2", { otpFrom: undefined }), PAPER, "nothing");
      },
      [
        `contract changed - ${paper} contract=C1 otpFrom=${String(NOON)} dailyLimit=7`,
        `contract opened - ${paper} contract=C2 otpFrom=none dailyLimit=10000000`,
      ],
    ],
    [
      "a user",
      (book, rules) => {
        addUser(book, rules, userOf("shiro"), PAPER);
      },
      [`user added - user=shiro contract=C1 ${paper}`],
    ],
    [
      "a token lent",
      (book, rules) => {
        lend(book, rules, "masuo", LENT, PAPER);
      },
      [`lend lent ${LENT} ${MASUO} ${paper}`],
    ],
    [
      "a token out of service",
      (book, rules) => retire(book, rules, LENT, "faulty", PAPER),
      [
        `revoke revoked ${LENT} ${SABURO} ${paper}`,
        `revoke revoked ${LENT} contract=C1 ${paper}`,
        `token faulty ${LENT} contract=C1 ${paper}`,
      ],
    ],
    [
      "tokens revoked",
      (book, rules) => branchRevoke(book, rules, ["ichiro"], PAPER),
      [`revoke revoked ${SERIAL} ${ICHIRO} ${paper}`],
    ],
    [
      "passwords given",
      (book, rules) => {
        resume(book, rules, "ichiro", { passwordHash: "x", confirmationHash: "y" }, PAPER);
      },
      [`resume resumed - ${ICHIRO} ${paper} fields=passwordHash confirmationHash`],
    ],
    [
      "payees",
      (book, rules) => {
        keepPayee(book, rules, { id: "P1", contract: "C1", ...PAYEE }, PAPER);
        keepPayee(book, rules, { id: "P2", contract: "C1", ...PAYEE }, PAPER);
      },
      [
        `payee changed - ${paper} contract=C1 payee=P1`,
        `payee registered - ${paper} contract=C1 payee=P2`,
      ],
    ],
    [
      "the branch's staff",
      (book, rules) => {
        const member = { id: "s12", name: "店員", passwordHash: "x", ended: false };
        keepStaff(book, rules, member);
        logInStaff(book, rules, "s99", true, SESSION);
      },
      ["staff added - staff=s12", "staff wrong_password - unknown=1"],
    ],
  ])("of %s at the branch", (_name, act, lines) => {
    expect(said(bankOf(), act)).toEqual(lines);
  });

  it("of suspensions lifted at the branch", () => {
    const act: Act = (book, rules) => branchUnlock(book, rules, ["jiro"], PAPER);
    expect(said(bankOf({}, { suspended: true }), act)).toEqual([
      `unlock unlocked ${SERIAL} ${JIRO} ${paper}`,
    ]);
  });
});
