import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { TestBank } from "../support/bank.js";
import { openBrowser, Person } from "./browser.js";

/** A browser for a file's tests, and a bank of its own for each test that asks for one. */
export function setting(): {
  readonly arrive: (bank: TestBank) => Promise<Person>;
  readonly bankWith: (tokens: number) => Promise<TestBank>;
} {
  let browser: Browser;
  const banks: TestBank[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterEach(async () => {
    for (const bank of banks.splice(0)) await bank.close();
  });
  afterAll(() => browser.close());
  return {
    arrive: (bank) => Person.arrive(browser, bank),
    bankWith: async (tokens) => {
      const bank = await TestBank.start(tokens);
      banks.push(bank);
      await bank.contract();
      return bank;
    },
  };
}

/** Enters a transfer to a payee that is not registered beforehand, up to its confirmation. */
export async function enterTransfer(person: Person, amount = "50000"): Promise<void> {
  await person.follow("資金移動");
  await person.tick("都度指定");
  await person.type("金融機関名", "見本銀行");
  await person.type("支店名", "本店営業部");
  await person.type("科目・口座番号", "普通 1234567");
  await person.type("受取人名", "カ)ミホンシヨウジ");
  await person.type("金額", amount);
  await person.press("内容確認");
}
