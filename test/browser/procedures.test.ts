import { describe, expect, it } from "vitest";
import { CONFIRMATION, PASSWORD } from "../support/bank.js";
import type { Person } from "./browser.js";
import { enterTransfer, setting } from "./setting.js";

const { arrive, bankWith } = setting();
const [FIRST, SECOND, THIRD, FOURTH] = ["10000001", "10000002", "10000003", "10000004"] as const;

describe("利用開始登録 (BLG020)", () => {
  it("a newcomer registers the token in his hand; nothing else can be reached before", async () => {
    const bank = await bankWith(1);
    await bank.user("ichirodt", "データ一郎");
    await bank.lend("ichirodt", FIRST);
    const person = await arrive(bank);
    await person.logIn("ichirodt", PASSWORD);
    expect(person.path()).toBe("/registration");
    expect(await person.sees()).toContain("BLG020");
    for (const path of ["/", "/transfer", "/profile", "/administration", "/resync"]) {
      await person.page.goto(path);
      expect(person.path()).toBe("/registration");
    }
    await person.type("シリアル番号", FIRST);
    await person.type("ワンタイムパスワード※", bank.read(FIRST));
    await person.press("認証確認");
    expect(person.path()).toBe("/");
    const top = await person.sees();
    expect(top).toContain("ハードウェアトークンの利用開始登録が完了しました。");
    expect(top).toContain("サービス利用中");
  });

  it.each([
    ["1234567", "123456", "シリアル番号は半角数字8桁以上12桁以内で入力してください。"],
    ["1234567890123", "123456", "シリアル番号は半角数字8桁以上12桁以内で入力してください。"],
    ["１２３４５６７８", "123456", "シリアル番号は半角数字8桁以上12桁以内で入力してください。"],
    [FIRST, "１２３４５６", "ワンタイムパスワードは半角数字6桁で入力してください。"],
    [FIRST, "", "ワンタイムパスワードは半角数字6桁で入力してください。"],
    ["99999999", "123456", "シリアル番号またはワンタイムパスワードが正しくありません。"],
    [SECOND, "right", "シリアル番号またはワンタイムパスワードが正しくありません。"],
    ["<b>", "123456", "シリアル番号は半角数字8桁以上12桁以内で入力してください。"],
  ])("serial %j with code %j: %s", async (serial, code, message) => {
    const bank = await bankWith(2);
    await bank.contract({ id: "C2" });
    await bank.user("other", "他社", { contract: "C2" });
    await bank.lend("other", SECOND);
    await bank.user("ichirodt", "データ一郎");
    await bank.lend("ichirodt", FIRST);
    const person = await arrive(bank);
    await person.logIn("ichirodt", PASSWORD);
    await person.type("シリアル番号", serial);
    await person.type("ワンタイムパスワード※", code === "right" ? bank.read(SECOND) : code);
    await person.press("認証確認");
    expect(await person.sees()).toContain(message);
  });

  it("a colleague's token can be shared; the code of a registration is used up", async () => {
    const bank = await bankWith(1);
    await bank.holder("ichirodt", "データ一郎", FIRST);
    await bank.user("jirodt", "データ二郎");
    const person = await arrive(bank);
    await person.logIn("jirodt", PASSWORD);
    await person.type("シリアル番号", FIRST);
    const code = bank.read(FIRST);
    await person.type("ワンタイムパスワード※", code);
    await person.press("認証確認");
    expect(person.path()).toBe("/");
    await enterTransfer(person);
    await person.type("確認用パスワード", CONFIRMATION);
    await person.type("ワンタイムパスワード", code);
    await person.press("実行");
    expect(await person.sees()).toContain("このワンタイムパスワードは使用済みです。");
  });
});

describe("停止解除: the manual's example", () => {
  it("a master selects the two suspended users and lifts their suspension", async () => {
    const bank = await bankWith(4);
    await bank.holder("hansurodt", "データ花子", FIRST, { class: "administrator" });
    await bank.holder("ichirodt", "データ一郎", SECOND);
    await bank.holder("jirodt", "データ二郎", FIRST);
    await bank.holder("saburodt", "データ三郎", THIRD, { class: "master" });
    await bank.holder("masuodt", "割符益男", FOURTH, { class: "master" });
    await bank.suspend("ichirodt", SECOND);
    await bank.suspend("saburodt", THIRD);
    const person = await arrive(bank);
    await person.logIn("masuodt", PASSWORD);
    await person.follow("管理");
    await person.follow("利用者管理");
    await person.follow("ワンタイムパスワードの利用停止解除");
    expect(await person.rows()).toEqual([
      ["", "hansurodt", "データ花子", "管理者ユーザ", FIRST, "利用可能"],
      ["", "ichirodt", "データ一郎", "一般ユーザ", SECOND, "停止中"],
      ["", "jirodt", "データ二郎", "一般ユーザ", FIRST, "利用可能"],
      ["", "saburodt", "データ三郎", "マスターユーザ", THIRD, "停止中"],
    ]);
    expect(await person.page.getByLabel("選択 jirodt").isDisabled()).toBe(true);
    await person.press("停止解除");
    expect(await person.sees()).toContain("確認用パスワードが正しくありません。");
    await person.type("確認用パスワード", CONFIRMATION);
    await person.press("停止解除");
    expect(await person.sees()).toContain("対象となる利用者を選択してください。");
    await person.tick("選択 ichirodt");
    await person.tick("選択 saburodt");
    await person.type("確認用パスワード", CONFIRMATION);
    await person.press("停止解除");
    expect(await person.sees()).toContain(
      "以下の利用者に対して、ワンタイムパスワードの利用停止状態を解除しました。",
    );
    expect(await person.rows()).toEqual([
      ["ichirodt", "データ一郎", "一般ユーザ", SECOND, "利用可能"],
      ["saburodt", "データ三郎", "マスターユーザ", THIRD, "利用可能"],
    ]);
    await person.follow("戻る");
    expect(person.path()).toBe("/administration/users/unlock");
    const back = await arrive(bank);
    await back.logIn("ichirodt", PASSWORD);
    expect(back.path()).toBe("/");
  });

  it("two masters at the same users: the second is told that the list has changed", async () => {
    const bank = await bankWith(3);
    await bank.holder("ichirodt", "データ一郎", FIRST);
    await bank.holder("masuodt", "割符益男", SECOND, { class: "master" });
    await bank.holder("saburodt", "データ三郎", THIRD, { class: "master" });
    await bank.suspend("ichirodt", FIRST);
    const masters: Person[] = [];
    for (const id of ["masuodt", "saburodt"]) {
      const master = await arrive(bank);
      await master.logIn(id, PASSWORD);
      await master.page.goto("/administration/users/unlock");
      await master.tick("選択 ichirodt");
      await master.type("確認用パスワード", CONFIRMATION);
      masters.push(master);
    }
    for (const master of masters) await master.press("停止解除");
    expect(await masters[0]!.sees()).toContain("利用停止状態を解除しました。");
    expect(await masters[1]!.sees()).toContain(
      "利用者の状態が変更されています。一覧を確認してください。",
    );
  });
});

describe("失効: the manual's example", () => {
  it("the chosen are out; half an hour later they register anew", async () => {
    const bank = await bankWith(4);
    await bank.holder("ichirodt", "データ一郎", FIRST, { class: "master" });
    await bank.user("saburodt", "データ三郎", { class: "master" });
    await bank.lend("saburodt", SECOND);
    await bank.user("shirodt", "データ四郎");
    await bank.holder("sachikodt", "データ幸子", THIRD);
    const person = await arrive(bank);
    await person.logIn("ichirodt", PASSWORD);
    await person.follow("管理");
    await person.follow("利用者管理");
    await person.follow("トークンの失効");
    const sees = await person.sees();
    expect(sees).toContain("失効の30分後に実施可能");
    const until = "2027年11月23日 12時00分";
    expect(await person.rows()).toEqual([
      ["", "ichirodt", "データ一郎", "マスターユーザ", FIRST, "サービス利用中", until],
      ["", "saburodt", "データ三郎", "マスターユーザ", "-", "トークン発行済み", "-"],
      ["", "sachikodt", "データ幸子", "一般ユーザ", THIRD, "サービス利用中", until],
      ["", "shirodt", "データ四郎", "一般ユーザ", "-", "未登録", "-"],
    ]);
    await person.tick("選択 sachikodt");
    await person.type("確認用パスワード", CONFIRMATION);
    await person.press("失効");
    expect(await person.sees()).toContain("以下の利用者のワンタイムパスワードを失効しました。");
    expect(await person.rows()).toEqual([
      ["sachikodt", "データ幸子", "一般ユーザ", THIRD, "失効中", until],
    ]);
    await person.follow("戻る");
    expect(person.path()).toBe("/administration/users/revoke");
    const sachiko = await arrive(bank);
    await sachiko.logIn("sachikodt", PASSWORD);
    expect(await sachiko.sees()).toMatch(/トークンが失効されています。.*以降にログインし/);
    await bank.lend("sachikodt", FOURTH);
    bank.now += 30 * 60_000;
    await sachiko.logIn("sachikodt", PASSWORD);
    expect(sachiko.path()).toBe("/registration");
    await sachiko.type("シリアル番号", FOURTH);
    await sachiko.type("ワンタイムパスワード※", bank.read(FOURTH));
    await sachiko.press("認証確認");
    expect(sachiko.path()).toBe("/");
  });

  it.each([
    ["02:58:59", "03時29分", "03:28:58", "03:28:59"],
    ["02:59:00", "03時10分", "03:09:59", "03:10:00"],
    ["03:05:00", "03時10分", "03:09:59", "03:10:00"],
    ["03:10:00", "03時40分", "03:39:59", "03:40:00"],
  ])("by night: revoked at %s, told %s, refused at %s, let in at %s", async (at, told, no, yes) => {
    const bank = await bankWith(1);
    const night = (time: string): number => Date.parse(`2026-11-25T${time}+09:00`);
    bank.now = night("02:00:00");
    await bank.holder("masuodt", "割符益男", FIRST, { class: "master" });
    bank.now = night(at) - 5_000;
    const person = await arrive(bank);
    await person.logIn("masuodt", PASSWORD);
    await person.page.goto("/administration/users/revoke");
    await person.tick("選択 masuodt");
    await person.type("確認用パスワード", CONFIRMATION);
    bank.now = night(at);
    await person.press("失効");
    // Who revokes himself sees the result once, and is logged out by it.
    expect(await person.sees()).toContain(`2026年11月25日 ${told}`);
    await person.page.goto("/");
    expect(person.path()).toBe("/login");
    bank.now = night(no);
    await person.logIn("masuodt", PASSWORD);
    expect(await person.sees()).toContain("トークンが失効されています。");
    bank.now = night(yes);
    await person.logIn("masuodt", PASSWORD);
    expect(person.path()).toBe("/registration");
  });
});

describe("who may not", () => {
  it("general users and administrators are refused what is a master's, also by a typed URL", async () => {
    const bank = await bankWith(2);
    await bank.holder("hansurodt", "データ花子", FIRST, { class: "administrator" });
    await bank.holder("ichirodt", "データ一郎", SECOND);
    for (const id of ["hansurodt", "ichirodt"]) {
      const person = await arrive(bank);
      await person.logIn(id, PASSWORD);
      await person.page.goto("/administration/users");
      expect(await person.page.getByRole("link", { name: "トークンの失効" }).count()).toBe(0);
      for (const page of ["unlock", "revoke", "history"]) {
        const response = await person.page.goto(`/administration/users/${page}`);
        expect(response!.status()).toBe(403);
        expect(await person.sees()).toContain("この操作を行う権限がありません。");
      }
    }
  });
});
