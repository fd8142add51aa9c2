// Takes a picture of every page, in Japanese and English, wide and on a phone.
// Run: npm run screens [directory]
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openBrowser } from "../browser/browser.js";
import { exampleBank, tour } from "../browser/tour.js";

const directory = process.argv[2] ?? "screens";
const SIZES = { wide: { width: 1100, height: 760 }, phone: { width: 390, height: 780 } } as const;

const bank = await exampleBank();
const browser = await openBrowser();
mkdirSync(directory, { recursive: true });
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const language of ["ja", "en"] as const) {
    await tour(browser, bank, language, viewport, async (name, page) => {
      const path = join(directory, `${name}-${language}-${size}.png`);
      await page.screenshot({ path, fullPage: true });
    });
  }
}
await browser.close();
await bank.close();
