import type { Browser, Page } from "playwright-core";
import { CONFIRMATION, PAPER, PASSWORD, TestBank } from "../support/bank.js";
import { openPage } from "./browser.js";

const [FIRST, SECOND, THIRD, FOURTH] = ["10000001", "10000002", "10000003", "10000004"] as const;

/** 08:00 in Japan, within the days in which its users are told. */
const EXPIRY = Date.UTC(2027, 1, 10, 23) / 1000;

/** A bank in the state of the manual's examples. */
export async function exampleBank(): Promise<TestBank> {
  const bank = await TestBank.start(5, EXPIRY);
  await bank.contract();
  await bank.holder("hansurodt", "データ花子", FIRST, { class: "administrator" });
  await bank.holder("ichirodt", "データ一郎", SECOND);
  await bank.holder("jirodt", "データ二郎", FIRST);
  await bank.holder("saburodt", "データ三郎", THIRD, { class: "master" });
  await bank.holder("masuodt", "割符益男", FOURTH, { class: "master" });
  await bank.user("shirodt", "データ四郎");
  const payee = { id: "P1", contract: "C1", bank: "見本銀行", branch: "本店" } as const;
  const to = { account: "普通 7654321", name: "カ)ジゼントウロク" };
  await bank.bank.keepPayee({ ...payee, ...to }, PAPER, bank.caller());
  await bank.staff();
  await bank.suspend("ichirodt", SECOND);
  await bank.suspend("saburodt", THIRD);
  return bank;
}

/** Types into fields by their names and presses the last button. */
async function fill(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(fields)) {
    await page.locator(`[name=${name}]:not([type=hidden])`).fill(text);
  }
  await page.locator("main button").last().click();
}

async function enter(page: Page, id: string): Promise<void> {
  await page.goto("/login");
  await fill(page, { id, password: PASSWORD });
}

/** Leads through every page in a language, and calls at each. */
export async function tour(
  browser: Browser,
  bank: TestBank,
  language: "ja" | "en",
  viewport: { readonly width: number; readonly height: number },
  call: (name: string, page: Page) => Promise<void>,
): Promise<void> {
  const page = await openPage(browser, { baseURL: bank.url, viewport });
  const at = async (name: string, path?: string): Promise<void> => {
    if (path !== undefined) await page.goto(path);
    await page.evaluate("document.fonts.ready");
    await call(name, page);
  };
  await page.goto(`/language/${language}?to=/login`);
  await at("login");
  await fill(page, { id: "ichirodt", password: PASSWORD });
  await at("login-suspended");
  await at("stop", "/stop");
  await enter(page, "shirodt");
  await at("registration");
  await enter(page, "masuodt");
  await at("top");
  await at("transfer", "/transfer");
  await page.locator("[name=kind][value=entered]").check();
  const payee = { bank: "見本銀行", branch: "本店営業部", account: "普通 1234567" };
  await fill(page, { ...payee, name: "カ)ミホンシヨウジ", amount: "50000" });
  await at("transfer-confirm");
  bank.now += 60_000;
  await fill(page, { confirmationPassword: CONFIRMATION, code: bank.read(FOURTH) });
  await at("transfer-done");
  for (const name of ["inquiries", "profile", "resync", "administration"]) {
    await at(name, `/${name}`);
  }
  await at("tasks", "/administration/users");
  for (const name of ["unlock", "revoke", "history"]) {
    await at(name, `/administration/users/${name}`);
  }
  for (const name of HELPS) await at(`help-${name}`, `/help/${name}`);
  await at("branch-login", "/branch/login");
  await fill(page, { id: "madoguchi", password: PASSWORD });
  await at("branch-contracts");
  for (const [name, path] of BRANCH) await at(`branch-${name}`, `/branch/${path}`);
  await page.goto("/branch/users/jirodt");
  await page.locator("[name=form]").fill("A-0002");
  await page.locator("[name=act][value=resume]").click();
  await at("branch-passwords");
  await page.close();
}

const HELPS = [
  ...["login", "registration", "top", "transfer", "inquiries", "administration", "unlock"],
  ...["revoke", "history", "profile", "resync", "stop"],
];

const BRANCH = [
  ["contract", "contracts/C1"],
  ["contract-new", "new-contract"],
  ["contract-edit", "contracts/C1/edit"],
  ["user-new", "contracts/C1/users/new"],
  ["payee-new", "contracts/C1/payees/new"],
  ["user", "users/saburodt"],
  ["tokens", "tokens"],
  ["token", `tokens/${FIRST}`],
  ["expiring", "expiring"],
] as const;
