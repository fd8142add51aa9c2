import { describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { offsetSteps } from "../../server/core/window.js";
import { CONFIRMATION, PAPER, PASSWORD } from "../support/bank.js";
import { enterTransfer, setting } from "./setting.js";

const { arrive, bankWith } = setting();
const [FIRST, SECOND] = ["10000001", "10000002"] as const;

describe("資金移動", () => {
  it("is shown, confirmed with password and code, and executed as it was shown", async () => {
    const bank = await bankWith(1);
    await bank.holder("ichirodt", "データ一郎", FIRST);
    const person = await arrive(bank);
    await person.logIn("ichirodt", PASSWORD);
    await enterTransfer(person);
    expect(await person.sees()).toContain("50,000円");
    await person.type("確認用パスワード", CONFIRMATION);
    await person.type("ワンタイムパスワード", bank.read(FIRST));
    await person.press("実行");
    expect(await person.sees()).toContain("振込を受け付けました。");
    const [transfer] = await bank.store.listTransfers("C1", 10);
    expect(transfer).toMatchObject({ amount: 50_000, payee: { name: "カ)ミホンシヨウジ" } });
    await person.follow("照会");
    expect(await person.sees()).toContain("見本銀行 本店営業部 普通 1234567 カ)ミホンシヨウジ");
  });

  it("to a payee registered beforehand asks for no code", async () => {
    const bank = await bankWith(1);
    await bank.holder("ichirodt", "データ一郎", FIRST);
    const payee = { id: "P1", contract: "C1", bank: "見本銀行", branch: "本店" } as const;
    const to = { account: "普通 7654321", name: "カ)ジゼントウロク" };
    await bank.bank.keepPayee({ ...payee, ...to }, PAPER, bank.caller());
    const person = await arrive(bank);
    await person.logIn("ichirodt", PASSWORD);
    await person.follow("資金移動");
    await person.type("金額", "1000");
    await person.press("内容確認");
    expect(await person.sees()).not.toContain("6桁の数字");
    await person.type("確認用パスワード", CONFIRMATION);
    await person.press("実行");
    expect(await person.sees()).toContain("振込を受け付けました。");
  });

  it("without tokens 200,000 yen a day pass and 200,001 do not", async () => {
    const bank = await bankWith(1);
    await bank.contract({ otpFrom: undefined });
    await bank.user("ichirodt", "データ一郎");
    const person = await arrive(bank);
    await person.logIn("ichirodt", PASSWORD);
    expect(person.path()).toBe("/");
    const send = async (amount: string): Promise<string> => {
      await enterTransfer(person, amount);
      await person.type("確認用パスワード", CONFIRMATION);
      await person.press("実行");
      return person.sees();
    };
    expect(await send("200001")).toContain("1日の振込限度額(20万円)を超えています。");
    expect(await send("200000")).toContain("振込を受け付けました。");
    expect(await send("1")).toContain("1日の振込限度額(20万円)を超えています。");
  });

  it.each([
    [{ 金額: "0" }, "金額は1円以上の額を半角数字で入力してください。"],
    [{ 金額: "１０００" }, "金額は1円以上の額を半角数字で入力してください。"],
    [{ 受取人名: "" }, "振込先を正しく入力してください。"],
    [{ 受取人名: "あ".repeat(65) }, "振込先を正しく入力してください。"],
    [{ 振込指定日: "2026-11-22" }, "振込指定日は本日から30日以内の日付を入力してください。"],
  ])("%j: %s", async (fields, message) => {
    const bank = await bankWith(1);
    await bank.holder("ichirodt", "データ一郎", FIRST);
    const person = await arrive(bank);
    await person.logIn("ichirodt", PASSWORD);
    await person.follow("資金移動");
    await person.tick("都度指定");
    const usual = {
      金融機関名: "銀行",
      支店名: "店",
      "科目・口座番号": "1",
      受取人名: "人",
      金額: "5",
    };
    for (const [label, text] of Object.entries({ ...usual, ...fields })) {
      await person.type(label, text);
    }
    await person.press("内容確認");
    expect(await person.sees()).toContain(message);
  });

  it("five wrong codes stop the token: the user is out, and stays out", async () => {
    const bank = await bankWith(1);
    await bank.holder("ichirodt", "データ一郎", FIRST);
    const person = await arrive(bank);
    await person.logIn("ichirodt", PASSWORD);
    await enterTransfer(person);
    for (let guess = 1; guess <= 5; guess++) {
      await person.type("確認用パスワード", CONFIRMATION);
      await person.type("ワンタイムパスワード", bank.wrong(FIRST));
      await person.press("実行");
      if (guess < 5)
        expect(await person.sees()).toContain("ワンタイムパスワードが正しくありません。");
    }
    const out = "ワンタイムパスワードを連続して誤ったため、利用を停止しました。";
    expect(await person.sees()).toContain(out);
    await person.page.goto("/");
    expect(person.path()).toBe("/login");
    await person.logIn("ichirodt", PASSWORD);
    expect(await person.sees()).toContain(out);
  });
});

describe("時刻補正, お客さま情報変更, 緊急利用停止, 操作履歴照会", () => {
  it("two codes bring a lost clock back", async () => {
    const bank = await bankWith(1);
    await bank.holder("ichirodt", "データ一郎", FIRST);
    const person = await arrive(bank);
    await person.logIn("ichirodt", PASSWORD);
    await person.follow("トークンの時刻補正");
    const real = bank.now;
    bank.now = real + 10 * 60_000;
    const first = bank.read(FIRST);
    bank.now = real + 11 * 60_000;
    const second = bank.read(FIRST);
    bank.now = real;
    await person.type("1つ目", first);
    await person.type("2つ目", second);
    await person.type("確認用パスワード", CONFIRMATION);
    await person.press("補正");
    expect(await person.sees()).toContain("トークンの時刻を補正しました。");
    const [token] = await bank.store.tokensBySerial([FIRST]);
    expect(offsetSteps(token!.clock, real / 1000, DEFAULT_POLICY.clock)).toBe(11);
  });

  it("a new login password asks for a code, and ends the session", async () => {
    const bank = await bankWith(1);
    await bank.holder("ichirodt", "データ一郎", FIRST);
    const person = await arrive(bank);
    await person.logIn("ichirodt", PASSWORD);
    await person.follow("お客さま情報変更");
    await person.type("新しいログインパスワード", "another-password");
    await person.page.getByLabel("新しいログインパスワード(再入力)").fill("another-password");
    await person.page.getByLabel("確認用パスワード※").fill(CONFIRMATION);
    await person.type("ワンタイムパスワード", bank.read(FIRST));
    await person.press("変更");
    expect(await person.sees()).toContain("お客さま情報を変更しました。");
    await person.page.goto("/");
    expect(person.path()).toBe("/login");
    await person.logIn("ichirodt", "another-password");
    expect(person.path()).toBe("/");
  });

  it("an emergency stop keeps the ID out until the branch resumes it", async () => {
    const bank = await bankWith(1);
    await bank.holder("ichirodt", "データ一郎", FIRST);
    const person = await arrive(bank);
    await person.page.goto("/stop");
    await person.type("ログインID", "ichirodt");
    await person.type("ログインパスワード", PASSWORD);
    await person.press("利用停止");
    expect(await person.sees()).toContain("緊急利用停止を受け付けました。");
    await person.logIn("ichirodt", PASSWORD);
    expect(await person.sees()).toContain("緊急利用停止中です。");
    await bank.bank.resume("ichirodt", {}, PAPER, bank.caller());
    await person.logIn("ichirodt", PASSWORD);
    expect(person.path()).toBe("/");
  });

  it("masters see what was done in their contract, and nothing of another's", async () => {
    const bank = await bankWith(2);
    await bank.contract({ id: "C2" });
    await bank.holder("elsewhere", "他社", SECOND, { contract: "C2" });
    await bank.holder("masuodt", "割符益男", FIRST, { class: "master" });
    const person = await arrive(bank);
    await person.logIn("masuodt", PASSWORD);
    await person.page.goto("/administration/users/history");
    const rows = await person.rows();
    expect(rows[0]).toEqual([
      expect.stringContaining("2026年11月23日") as string,
      ...["-", "masuodt", "ログイン", "完了", "-", "127.0.0.1"],
    ]);
    expect(rows.map(([, , , what]) => what)).toContain("利用開始登録");
    expect(JSON.stringify(rows)).not.toContain("elsewhere");
  });
});
