// How fast codes are verified, beside what else verifies codes: everything in one run, by turns, as
// ratios. What must hold is in harness/gates.ts; RESULTS.md keeps the last full run.
// Run: npm run bench [-- --quick] [--scale] [--json FILE]
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { GATES, judge, SCALE_GATES } from "./harness/gates.js";
import { describeMachine } from "./harness/machine.js";
import { allPassed, type Report, tableOf } from "./harness/report.js";
import { interleave } from "./harness/rounds.js";
import { Scope } from "./harness/scope.js";
import { Workers } from "./harness/worker.js";
import { scale } from "./scale.js";
import { Lineup } from "./lineup.js";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    scale: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function compare(scope: Scope, workers: Workers): Promise<Report> {
  const rounds = options.quick ? 3 : 7;
  const lineup = new Lineup({ scope, workers, rounds, quick: options.quick, say });
  const machine = describeMachine(scope);
  await lineup.assemble();
  const measured = await interleave(lineup.subjects, rounds, say);
  const races = await lineup.race(measured);
  const gates = judge(GATES, measured);
  return { machine, rounds, gates, measured, figures: [], races, absent: lineup.absent };
}

async function compareScales(scope: Scope, workers: Workers): Promise<Report> {
  const rounds = options.quick ? 3 : 7;
  const tokens = options.quick ? 100_000 : 1_000_000;
  const machine = describeMachine(scope);
  const { measured, figures, absent } = await scale({ scope, workers, rounds, tokens, say });
  const gates = judge(SCALE_GATES, measured);
  return { machine, rounds, gates, measured, figures, races: [], absent };
}

const scope = new Scope();
try {
  const workers = await Workers.build(scope);
  const report = await (options.scale ? compareScales : compare)(scope, workers);
  process.stdout.write(tableOf(report));
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  if (!allPassed(report)) process.exitCode = 1;
} finally {
  await scope.end();
}
