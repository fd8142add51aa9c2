import { describe, expect, it } from "vitest";
import { type NoticeKind, noticeOf } from "../../../server/core/notice.js";
import { register } from "../../../server/core/register.js";
import { revokeUsers } from "../../../server/core/revoke-users.js";
import { tell } from "../../../server/core/rules.js";
import { unlockUsers } from "../../../server/core/unlock-users.js";
import { resume } from "../../../server/core/branch.js";
import { logIn, stop } from "../../../server/core/login.js";
import { resyncUser, verifyUser } from "../../../server/core/user-code.js";
import { CoreBank, holder, tokenOf, userOf } from "../../support/core-bank.js";

const SERIAL = "12345678";
const user = userOf("ichirodt");
const master = userOf("masuo", { class: "master", needsCode: false });

describe("rule 59: what a user is told by mail", () => {
  it("is said in both languages, with his login ID, and whom to ask", () => {
    expect(noticeOf("registered", user)).toEqual({
      subject: "ハードウェアトークン利用開始登録のお知らせ / Hardware token registered",
      text: [
        "ハードウェアトークンの利用開始登録が完了しました。",
        "ログインID: ichirodt",
        "お心当たりのない場合は、お取引店へご連絡ください。",
        "",
        "A hardware token was registered.",
        "Login ID: ichirodt",
        "If this was not you, contact your branch.",
        "",
      ].join("\n"),
    });
  });

  it("says of an expiry when it is, in Japan's time", () => {
    const { text } = noticeOf("expiring", user, Date.parse("2027-03-31T08:00+09:00") / 1000);
    expect(text.split("\n")).toEqual([
      "ハードウェアトークンの有効期限が近づいています。",
      "ログインID: ichirodt",
      "有効期限: 2027年03月31日 08時00分",
      "新しいトークンがお手元に届きましたら、マスターユーザによる現在のトークンの失効後、新しいトークンの利用開始登録を行ってください。",
      "ご不明な点は、お取引店へお問い合わせください。",
      "",
      "A hardware token expires soon.",
      "Login ID: ichirodt",
      "Expires: 2027-03-31 08:00 (Japan)",
      "When your new token has arrived, have a master user revoke the current one, then register the new one.",
      "If anything is unclear, ask your branch.",
      "",
    ]);
  });

  it("comes to him and to all masters of his contract, once to each address", () => {
    const told = (...users: ReturnType<typeof userOf>[]) => {
      const bank = new CoreBank(user, ...users);
      bank.act((book) => {
        tell(book, user, "stopped");
      });
      return bank.changes!.mails.map(({ to }) => to);
    };
    const own = "ichirodt@example.co.jp";
    expect(told()).toEqual([own]);
    expect(told(master, userOf("jiro", { class: "administrator" }))).toEqual([own, master.mail]);
    expect(told(userOf("other", { class: "master", contract: "C2" }))).toEqual([own]);
    expect(told(master, userOf("masumi", { class: "master", mail: master.mail }))).toEqual([
      ...[own, master.mail],
    ]);
    // Whoever has given no address is told nothing.
    expect(told(userOf("masumi", { class: "master", mail: "" }))).toEqual([own]);
  });

  const bankOf = (changes: object = {}, token: object = {}) =>
    new CoreBank(
      master,
      holder("ichirodt", SERIAL, changes),
      userOf("jiro", { holding: "issued", serial: SERIAL }),
      tokenOf(SERIAL, token),
    );
  const over = { actor: "masuo", users: ["ichirodt"], confirmed: true };
  it.each<[NoticeKind, (bank: CoreBank) => unknown, CoreBank]>([
    [
      "registered",
      (bank) => bank.act((book, rules) => register(book, rules, "jiro", SERIAL, bank.code(SERIAL))),
      bankOf(),
    ],
    [
      "suspended",
      (bank) => bank.act((book, rules) => verifyUser(book, rules, "ichirodt", bank.wrong(SERIAL))),
      bankOf({}, { failures: 4 }),
    ],
    [
      "suspended",
      (bank) =>
        bank.act((book, rules) => register(book, rules, "jiro", SERIAL, bank.wrong(SERIAL))),
      new CoreBank(master, userOf("jiro", { codeFailures: 4 }), tokenOf(SERIAL)),
    ],
    [
      "reinstated",
      (bank) => bank.act((book, rules) => unlockUsers(book, rules, over)),
      bankOf({}, { suspended: true }),
    ],
    [
      "reinstated",
      (bank) => bank.act((book, rules) => unlockUsers(book, rules, over)),
      bankOf({ codeSuspended: true }),
    ],
    ["revoked", (bank) => bank.act((book, rules) => revokeUsers(book, rules, over)), bankOf()],
    [
      "resynchronized",
      (bank) =>
        bank.act((book, rules) =>
          resyncUser(book, rules, bank.user("ichirodt"), [
            bank.code(SERIAL, 8),
            bank.code(SERIAL, 9),
          ]),
        ),
      bankOf(),
    ],
    [
      "stopped",
      (bank) => {
        bank.act((book, rules) => {
          stop(book, rules, bank.user("ichirodt"));
        });
      },
      bankOf(),
    ],
    [
      "changed",
      (bank) => {
        bank.act((book, rules) => {
          resume(book, rules, "ichirodt", {}, { form: "A", staff: "s" });
        });
      },
      bankOf(),
    ],
  ])("%s: the user and the master", (kind, act, bank) => {
    act(bank);
    const about = bank.changes!.mails[0]!.to.split("@")[0]!;
    expect(bank.changes!.mails).toEqual(
      [`${about}@example.co.jp`, master.mail].map((to) => ({
        to,
        ...noticeOf(kind, userOf(about)),
      })),
    );
  });

  it("nothing of what was refused, and nothing of a login", () => {
    for (const act of [
      (bank: CoreBank) =>
        bank.act((book, rules) => verifyUser(book, rules, "ichirodt", bank.wrong(SERIAL))),
      (bank: CoreBank) =>
        bank.act((book, rules) => resyncUser(book, rules, user, ["000000", "111111"])),
      (bank: CoreBank) =>
        bank.act((book, rules) => unlockUsers(book, rules, { ...over, confirmed: false })),
      (bank: CoreBank) =>
        bank.act((book, rules) => logIn(book, rules, "ichirodt", true, Buffer.alloc(32))),
    ]) {
      const bank = bankOf();
      act(bank);
      expect(bank.changes!.mails).toEqual([]);
    }
  });
});
