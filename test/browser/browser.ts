import chromium from "@sparticuz/chromium";
import {
  type Browser,
  type BrowserContextOptions,
  chromium as playwright,
  type Page,
} from "playwright-core";
import type { TestBank } from "../support/bank.js";

/** A real browser, out of the registry. */
export async function openBrowser(): Promise<Browser> {
  return playwright.launch({
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    executablePath: await chromium.executablePath(),
    headless: true,
  });
}

/** A page with cookies of its own, waited for as long as a slow machine takes. */
export async function openPage(browser: Browser, options?: BrowserContextOptions): Promise<Page> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(60_000);
  return page;
}

/** A person at the bank's pages: types, ticks and presses by what is written there. */
export class Person {
  private constructor(
    readonly page: Page,
    readonly bank: TestBank,
  ) {}

  static async arrive(browser: Browser, bank: TestBank, language = "ja"): Promise<Person> {
    // No page needs JavaScript.
    const page = await openPage(browser, { baseURL: bank.url, javaScriptEnabled: false });
    if (language === "en") await page.goto("/language/en?to=/login");
    return new Person(page, bank);
  }

  async logIn(id: string, password: string): Promise<void> {
    await this.page.goto("/login");
    await this.type("ログインID", id);
    await this.type("ログインパスワード", password);
    await this.press("ログイン");
  }

  async type(label: string, text: string): Promise<void> {
    await this.page.getByLabel(label, { exact: false }).first().fill(text);
  }

  async press(button: string): Promise<void> {
    await this.page.getByRole("button", { name: button }).last().click();
  }

  async follow(link: string): Promise<void> {
    await this.page.getByRole("link", { name: link, exact: true }).first().click();
  }

  async tick(label: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).check();
  }

  /** The main part's text. */
  async sees(): Promise<string> {
    return this.page.locator("main").innerText();
  }

  /** A table's rows, cell by cell. */
  async rows(): Promise<string[][]> {
    const rows = await this.page.locator("tbody tr").all();
    return Promise.all(rows.map(async (row) => row.locator("td").allInnerTexts()));
  }

  path(): string {
    return new URL(this.page.url()).pathname;
  }
}
