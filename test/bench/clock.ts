// What each way of following tokens' clocks costs: honest users refused, and thieves let in. One seeded
// population of tokens, the same events for every server; this server's rules as they are shipped.
// Run: npm run bench:clock [uses of each population]
import { writeFileSync } from "node:fs";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { lifePlot } from "./clock/plot.js";
import { type Population, type Result, study } from "./clock/study.js";

const SEED = 20_261_124;
const uses = Number(process.argv[2] ?? 3_000_000);
const PLAIN = { swing: 1, benchKnown: true, late: 0, part: 1 };
const POPULATIONS: readonly Population[] = [
  { ...PLAIN, name: "±50 ppm, of unknown history", ppm: 50, benchKnown: false },
  { ...PLAIN, name: "±50 ppm, set at the bench (--clock-ppm 50)", ppm: 50 },
  { ...PLAIN, name: "±500 ppm trimmed to ±20 (--clock-ppm 20)", ppm: 20 },
  // What other assumptions would change, over fewer uses.
  {
    ...{ ...PLAIN, name: "±20 ppm, compensated (noisePpm 1)", ppm: 20, part: 0.1 },
    ...{ swing: 1 / 6, policy: { noisePpm: 1 } },
  },
  { ...PLAIN, name: "±20 ppm, 1 % of the codes late", ppm: 20, part: 0.1, late: 0.01 },
  {
    ...{
      ...PLAIN,
      name: "±20 ppm, 1 % of the codes late (late 60)",
      ppm: 20,
      part: 0.1,
      late: 0.01,
    },
    policy: { late: 60 },
  },
];

function row(result: Result): string {
  const cells = [
    result.server,
    result.refusalsPerMillion.toFixed(1),
    result.meanWindow.toFixed(2),
    String(result.window99),
    result.meanWindowBetweenUses.toFixed(2),
    (result.thiefPerTokenYear * 1e6).toFixed(0),
  ];
  return `| ${cells.join(" | ")} |`;
}

const studied = POPULATIONS.map((population) => {
  const done = { ...population, ...study(population, uses * population.part, SEED) };
  console.log(`\n${done.name}: ${String(done.tokens)} tokens, ${String(done.uses)} uses\n`);
  console.log("| server | refusals per million | mean window | 99 % | between uses | thief |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const result of done.results) console.log(row(result));
  return done;
});
console.log("\nWindows in steps; the thief's successes per million token-years.");

const origin = {
  command: `npm run bench:clock ${String(uses)}`,
  seed: SEED,
  policy: DEFAULT_POLICY.clock,
  node: process.version,
};
const here = (file: string): URL => new URL(file, import.meta.url);
writeFileSync(
  here("clock-results.json"),
  `${JSON.stringify({ origin, populations: studied }, undefined, 2)}\n`,
);
writeFileSync(here("clock.svg"), lifePlot(SEED));
