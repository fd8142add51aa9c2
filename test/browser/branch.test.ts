import { expect, it } from "vitest";
import { PASSWORD, type TestBank } from "../support/bank.js";
import type { Person } from "./browser.js";
import { setting } from "./setting.js";

const { arrive, bankWith } = setting();
const SERIAL = "10000001";

async function atDesk(bank: TestBank): Promise<Person> {
  await bank.staff();
  const staff = await arrive(bank);
  await staff.page.goto("/branch/login");
  await staff.type("職員ID", "madoguchi");
  await staff.type("パスワード", PASSWORD);
  await staff.press("ログイン");
  return staff;
}

/** What a page of facts says under a name. */
async function fact(person: Person, name: string): Promise<string> {
  return person.page.locator(`dt:text-is("${name}") + dd`).innerText();
}

it("a contract is opened, a user added and lent a token, who then registers it", async () => {
  const bank = await bankWith(1);
  const staff = await atDesk(bank);
  await staff.follow("契約の登録");
  await staff.type("契約番号", "1000002");
  await staff.type("契約者名", "見本工業株式会社");
  await staff.type("申込書番号", "A-0100");
  await staff.type("申込書受付日", "2026-11-20");
  await staff.type("ワンタイムパスワード利用開始日", "2026-11-23");
  await staff.type("1日の振込限度額", "3000000");
  await staff.press("登録");
  expect(await staff.sees()).toContain("手続きが完了しました。");
  expect(await fact(staff, "ワンタイムパスワード利用開始日")).toBe("2026年11月23日");
  await staff.follow("利用者の登録");
  await staff.type("ログインID", "hanako");
  await staff.type("利用者名", "見本花子");
  await staff.page.getByLabel("利用者区分").selectOption("master");
  await staff.type("メールアドレス", "hanako@example.co.jp");
  await staff.type("申込書番号", "A-0100");
  await staff.press("登録");
  const password = await fact(staff, "ログインパスワード");
  await staff.follow("戻る");
  await staff.follow("hanako");
  await staff.type("申込書番号", "A-0100");
  await staff.type("発行するトークンのシリアル番号", SERIAL);
  await staff.press("トークン発行");
  expect(await fact(staff, "ワンタイムパスワード状態")).toBe("トークン発行済み");

  const hanako = await arrive(bank);
  await hanako.logIn("hanako", password);
  expect(hanako.path()).toBe("/registration");
  await hanako.type("シリアル番号", SERIAL);
  await hanako.page.locator("[name=code]").fill(bank.read(SERIAL));
  await hanako.press("認証確認");
  expect(await hanako.sees()).toContain("サービス利用中");

  // What was done stands in the audit with its paper and who did it.
  const rows = await bank.store.listAudit({ after: 0, limit: 100, contract: "1000002" });
  const lent = rows.find(({ event }) => event === "lend")!;
  expect(lent).toMatchObject({ actor: "staff:madoguchi", detail: { form: "A-0100" } });
  expect(JSON.stringify(rows)).not.toContain(password);
});

it("rule 42: a master without another one is unlocked on paper; the emergency stop is lifted", async () => {
  const bank = await bankWith(1);
  await bank.holder("masuodt", "割符益男", SERIAL, { class: "master" });
  await bank.suspend("masuodt", SERIAL);
  const staff = await atDesk(bank);
  await staff.page.getByLabel("契約番号 / ログインID / シリアル番号").fill("masuodt");
  await staff.press("検索");
  expect(await fact(staff, "ワンタイムパスワード認証状態")).toBe("停止中");
  await staff.press("停止解除");
  expect(await staff.sees()).toContain("入力内容をご確認ください: 申込書番号");
  await staff.type("申込書番号", "A-0101");
  await staff.press("停止解除");
  expect(await fact(staff, "ワンタイムパスワード認証状態")).toBe("利用可能");
  await staff.type("申込書番号", "A-0101");
  await staff.press("停止解除");
  expect(await staff.sees()).toContain("対象ではありません。");

  const master = await arrive(bank);
  await master.page.goto("/stop");
  await master.type("ログインID", "masuodt");
  await master.type("ログインパスワード", PASSWORD);
  await master.press("利用停止");
  await staff.page.goto("/branch/users/masuodt");
  expect(await fact(staff, "緊急利用停止")).toBe("停止中");
  await staff.type("申込書番号", "A-0102");
  await staff.press("利用再開・パスワード再発行");
  const fresh = await fact(staff, "ログインパスワード");
  await master.logIn("masuodt", PASSWORD);
  expect(await master.sees()).toContain("正しくありません");
  await master.logIn("masuodt", fresh);
  expect(master.path()).toBe("/");
});

it("rule 54: a lost token is out of service for all of its users, and cannot be lent again", async () => {
  const bank = await bankWith(1);
  await bank.holder("ichirodt", "データ一郎", SERIAL);
  await bank.holder("jirodt", "データ二郎", SERIAL);
  const staff = await atDesk(bank);
  await staff.follow("トークン");
  expect((await staff.rows())[0]!.slice(0, 3)).toEqual([SERIAL, "発行済み", "C1"]);
  await staff.follow(SERIAL);
  await staff.type("申込書番号", "A-0103");
  await staff.press("紛失・盗難");
  expect(await fact(staff, "トークンの状態")).toBe("紛失・盗難");
  const user = await arrive(bank);
  await user.logIn("jirodt", PASSWORD);
  expect(await user.sees()).toContain("トークンが失効されています。");
  await staff.page.goto("/branch/users/ichirodt");
  await staff.type("申込書番号", "A-0104");
  await staff.type("発行するトークンのシリアル番号", SERIAL);
  await staff.press("トークン発行");
  expect(await staff.sees()).toContain("紛失・故障のトークンは発行できません。");
});

it("the worklist names what expires within 90, 30 and 7 days, the first ones first", async () => {
  const bank = await bankWith(2);
  await bank.holder("ichirodt", "データ一郎", SERIAL);
  const staff = await atDesk(bank);
  const left = async (days: number): Promise<string[][]> => {
    const [token] = await bank.store.tokensBySerial([SERIAL]);
    bank.now = (token!.expiry! - days * 86_400) * 1000;
    await staff.page.context().clearCookies();
    await staff.page.goto("/branch/login");
    await staff.type("職員ID", "madoguchi");
    await staff.type("パスワード", PASSWORD);
    await staff.press("ログイン");
    await staff.follow("有効期限の近いトークン");
    return staff.rows();
  };
  expect(await left(91)).toEqual([]);
  expect((await left(89.5))[0]!.slice(4)).toEqual(["89", "90"]);
  expect((await left(30))[0]!.slice(4)).toEqual(["30", "30"]);
  expect((await left(6))[0]!.slice(4)).toEqual(["6", "7"]);
  // One in stock is nobody's to be told of.
  expect(await left(6)).toHaveLength(1);
});
