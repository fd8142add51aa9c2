import { parseArgs } from "node:util";
import { Progress } from "../../firmware/seedfile/progress.js";
import { fuzz, keepInput, TARGET_NAMES, TARGETS, type TargetName } from "./campaign.js";

// `npm run fuzz -- --inputs N --seed S [--target T]`: N inputs, shared out over the targets.
const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    target: { type: "string" },
  },
});
const names = values.target === undefined ? TARGET_NAMES : [values.target as TargetName];
const whole = names.reduce((sum, name) => sum + TARGETS[name].part, 0);
process.stdout.write(`seed ${values.seed}\n`);
for (const name of names) {
  const inputs = Math.ceil((Number(values.inputs) * TARGETS[name].part) / whole);
  const progress = new Progress(name, inputs);
  const outcome = await fuzz(name, inputs, Number(values.seed), (count) => {
    progress.add(count);
  });
  progress.stop();
  const { failure } = outcome;
  const share = Math.round((100 * outcome.mutants) / Math.max(1, outcome.inputs));
  process.stdout.write(
    `${name}: ${String(outcome.inputs)} inputs, ${String(share)} % mutants${failure ? "" : ", all held"}\n`,
  );
  if (failure) {
    process.stdout.write(`seed ${String(failure.seed)}: ${failure.problem}\n`);
    process.stdout.write(`${JSON.stringify(failure.input)}\n`);
    if (failure.input !== undefined) keepInput(name, failure.input);
    process.exitCode = 1;
  }
}
