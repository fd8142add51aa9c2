import axe from "axe-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser } from "./browser.js";
import { exampleBank, tour } from "./tour.js";

/** WCAG 2.2, levels A and AA, and what axe-core counts as good practice beside them. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface Findings {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { html: string }[];
  }[];
}

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

it.each([
  ["ja", 1100],
  ["ja", 390],
  ["en", 1100],
  ["en", 390],
] as const)(
  "every page in %s, %i pixels wide: nothing that axe-core finds",
  async (language, width) => {
    const bank = await exampleBank();
    const found: string[] = [];
    let pages = 0;
    await tour(browser, bank, language, { width, height: 800 }, async (name, page) => {
      await page.evaluate(axe.source);
      const run = `axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`;
      const { violations } = await page.evaluate<Findings>(run);
      for (const { id, nodes } of violations) found.push(`${name}: ${id}: ${nodes[0]!.html}`);
      expect(await page.getAttribute("html", "lang")).toBe(language);
      // Nothing is wider than the screen.
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
        width,
      );
      pages++;
    });
    await bank.close();
    expect(found).toEqual([]);
    expect(pages).toBe(40);
  },
);
