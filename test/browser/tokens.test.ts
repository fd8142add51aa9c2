import axe from "axe-core";
import type { FastifyInstance } from "fastify";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { Fleet } from "../../simulator/index.js";
import { allowedHosts } from "../../simulator/listen/address.js";
import { listenApp } from "../../simulator/listen/app.js";
import { codeOf, SEED } from "../support/server.js";
import { openBrowser, openPage } from "./browser.js";

let browser: Browser;
let app: FastifyInstance;
let fleet: Fleet;
let page: Page;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  fleet = new Fleet();
  // More than a browser opens connections to one place.
  const more = Array.from({ length: 8 }, (_, index) => String(20_000_003 + index));
  for (const serial of ["20000001", "20000002", ...more]) {
    fleet.add({ ...SEED, serial, start: undefined, expiry: undefined });
  }
  fleet.time.run();
  app = await listenApp(fleet, allowedHosts("127.0.0.1"));
  page = await openPage(browser);
  await page.goto(await app.listen({ host: "127.0.0.1", port: 0 }));
});
afterEach(async () => {
  await page.close();
  await app.close();
});

/** A token's section, and what is read out of it. */
const token = (serial: string) => page.getByRole("region", { name: `Token ${serial}` });
const reads = (serial: string, text: RegExp) =>
  token(serial).getByRole("status").filter({ hasText: text }).waitFor();

it("tokens lie on a desk: pressed by mouse, read out with the code", async () => {
  await token("20000002").getByRole("button").click();
  await reads("20000002", /^\d{3} \d{3}$/);
  const shown = (await token("20000002").getByRole("status").innerText()).replace(" ", "");
  const now = fleet.time.now * 1000;
  expect([codeOf(SEED, now), codeOf(SEED, now, -1)]).toContain(shown);
  const alt = await token("20000002").getByRole("img").getAttribute("alt");
  expect(alt?.replace(" ", "")).toBe(shown);
  expect(await token("20000001").getByRole("status").innerText()).toBe("");
});

it("and by keyboard: held for the information pages", async () => {
  await token("20000001").getByRole("button").focus();
  await page.keyboard.down("Space");
  await reads("20000001", /SERIAL/);
  await page.keyboard.up("Space");
});

it("with nothing that axe-core finds", async () => {
  await token("20000001").getByRole("button").click();
  await reads("20000001", /\d/);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: { id: string }[] }>("axe.run(document)");
  expect(violations.map(({ id }) => id)).toEqual([]);
});

// The three lines that the README shows for Playwright.
it("an unused code fills a bank's field", async () => {
  await page.setContent('<label>ワンタイムパスワード <input name="code"></label>');
  const code = await fleet.token("20000001").codeWithAtLeast(1);
  await page.getByLabel("ワンタイムパスワード").fill(code);
  expect(await page.locator("[name=code]").inputValue()).toBe(code);
});
