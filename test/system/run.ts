// Worlds of tokens, thieves, operators and processes that fail, each from a seed, until the time or the
// steps are over; a broken invariant ends it and prints the seed that replays it.
// Over SQLite a seed replays everything. Over PostgreSQL it replays what everybody does, the faults and
// the processes' turns; not at which instant of a transaction a cut connection ends, and so neither
// whether that was committed nor what follows from it.
// Run: npm run simulate-system -- [--seconds N] [--steps N] [--seeds N] [--seed N] [--store sqlite|postgres]
import { parseArgs } from "node:util";
import { Progress } from "../../firmware/seedfile/progress.js";
import { postgresDatabases, sqliteDatabases } from "./databases.js";
import { simulate } from "./simulate.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string" },
    steps: { type: "string", default: "10000" },
    seeds: { type: "string" },
    seed: { type: "string", default: "1" },
    store: { type: "string", default: "sqlite" },
  },
});
const until = performance.now() + Number(values.seconds ?? Infinity) * 1000;
const [first, steps] = [Number(values.seed), Number(values.steps)];
const seeds = Number(values.seeds ?? Infinity);
const { store } = values;
if (store !== "sqlite" && store !== "postgres") throw new Error("--store: sqlite or postgres");
const databases = store === "sqlite" ? sqliteDatabases() : await postgresDatabases();
let [worlds, made] = [0, 0];
const told: Record<string, number> = {};
const progress = values.seeds === undefined ? undefined : new Progress("worlds", seeds);
for (let seed = first; seed < first + seeds && performance.now() < until; seed++) {
  const run = await databases.use((database) => simulate(seed, steps, database));
  worlds += 1;
  progress?.add(1);
  made += run.steps;
  for (const [what, times] of Object.entries(run.told)) told[what] = (told[what] ?? 0) + times;
  if (run.broken) {
    process.stdout.write(
      `${run.broken.message}\nafter ${String(made)} steps; again: ` +
        `npm run simulate-system -- --seed ${String(seed)} --seeds 1 --steps ${String(steps)} --store ${store}\n`,
    );
    process.exitCode = 1;
    break;
  }
}
progress?.stop();
process.stdout.write(
  `${JSON.stringify({ worlds, steps: made, told, broken: process.exitCode === 1 })}\n`,
);
await databases.stop();
