import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
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

const WIDTHS = [1100, 390]; // pixels: a desk's screen, a telephone's

it.each(["ja", "en"] as const)(
  "every page in %s: nothing that axe-core finds",
  async (language) => {
    const bank = await exampleBank();
    const found: string[] = [];
    let pages = 0;
    const look = async (name: string, page: Page, width: number): Promise<void> => {
      await page.setViewportSize({ width, height: 800 });
      const run = `axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`;
      const { violations } = await page.evaluate<Findings>(run);
      for (const { id, nodes } of violations) {
        found.push(`${name}, ${String(width)} wide: ${id}: ${nodes[0]!.html}`);
      }
      // Nothing is wider than the screen.
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
        width,
      );
    };
    await tour(browser, bank, language, { width: WIDTHS[0]!, height: 800 }, async (name, page) => {
      await page.evaluate(axe.source);
      for (const width of WIDTHS) await look(name, page, width);
      expect(await page.getAttribute("html", "lang")).toBe(language);
      pages++;
    });
    await bank.close();
    expect(found).toEqual([]);
    expect(pages).toBe(40);
  },
);
