// Worlds of tokens, thieves, operators and processes that fail, each from a seed, until the time or the
// steps are over; a broken invariant ends it and prints the seed that replays it.
// Run: npm run simulate-system -- [--seconds N] [--steps N] [--seeds N] [--seed N]
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { simulate } from "./simulate.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string" },
    steps: { type: "string", default: "10000" },
    seeds: { type: "string", default: "1000000000" },
    seed: { type: "string", default: "1" },
  },
});
const until = performance.now() + Number(values.seconds ?? Infinity) * 1000;
const [first, seeds, steps] = [values.seed, values.seeds, values.steps].map(Number) as [
  number,
  number,
  number,
];
// Databases that live as long as their world are kept in memory where there is a place for it.
const directory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
let [worlds, made] = [0, 0];
const told: Record<string, number> = {};
for (let seed = first; seed < first + seeds && performance.now() < until; seed++) {
  const run = await simulate(seed, steps, directory);
  worlds += 1;
  made += run.steps;
  for (const [what, times] of Object.entries(run.told)) told[what] = (told[what] ?? 0) + times;
  if (run.broken) {
    process.stdout.write(
      `${run.broken.message}\nafter ${String(made)} steps; again: ` +
        `npm run simulate-system -- --seed ${String(seed)} --seeds 1 --steps ${String(steps)}\n`,
    );
    process.exitCode = 1;
    break;
  }
}
process.stdout.write(
  `${JSON.stringify({ worlds, steps: made, told, broken: process.exitCode === 1 })}\n`,
);
