// Runs random sequences on the real interpreter and in the simulator: every byte of every frame, every
// call to the board and every delay asked of a timer has to be the same. A sequence that is not is made
// as short as it can be, and told.
// Run: ESPRUINO=/path/to/espruino npm run fidelity [sequences] [seed]
import { BOARDS } from "../../firmware/factory/image-options.js";
import { loadImage } from "../../simulator/image.js";
import { SeededRandom } from "../support/random.js";
import { simulateTrace } from "../support/simulate-trace.js";
import { ESPRUINO, runTraces, type Trace, type TraceResult } from "./interpreter.js";
import { randomTrace } from "./random-traces.js";

/** Sequences that one interpreter runs, one after the other. */
const BATCH = 50;
/** Mismatches that are shortened and told; the rest are counted. */
const TOLD = 3;

if (ESPRUINO === undefined) throw new Error("ESPRUINO does not name the interpreter");
const espruino = ESPRUINO;
const sequences = Number(process.argv[2] ?? 10_000);
const seed = process.argv[3] ?? "fidelity";

function differs(one: TraceResult, other: TraceResult): boolean {
  const text = ({ frames, delays, counts, calls }: TraceResult): string =>
    JSON.stringify([
      frames.map((frame) => Buffer.from(frame).toString("base64")),
      delays,
      counts,
      calls,
    ]);
  return text(one) !== text(other);
}

/** Whether a trace alone still shows a difference. */
async function fails(image: Uint8Array, trace: Trace): Promise<boolean> {
  const [real] = await runTraces(espruino, image, [trace]);
  return differs(real!, simulateTrace(image, trace));
}

/** The trace without every step that it fails without, too. */
async function shortest(image: Uint8Array, trace: Trace): Promise<Trace> {
  let least = trace;
  for (let index = 0; index < least.steps.length;) {
    const steps = least.steps.filter((_, each) => each !== index);
    const shorter = { ...least, steps };
    if (await fails(image, shorter)) least = shorter;
    else index++;
  }
  return least;
}

let run = 0;
let frames = 0;
let calls = 0;
let mismatches = 0;
for (let batch = 0; run < sequences; batch++) {
  const board = BOARDS[batch % BOARDS.length]!;
  const image = loadImage(board);
  const random = new SeededRandom(`${seed} ${String(batch)}`);
  const count = Math.min(BATCH, sequences - run);
  const traces = Array.from({ length: count }, () => randomTrace(board, image, random));
  const results = await runTraces(espruino, image, traces);
  for (const [index, trace] of traces.entries()) {
    const real = results[index]!;
    frames += real.frames.length;
    calls += Number(real.calls.split(" ")[0]);
    if (!differs(real, simulateTrace(image, trace))) continue;
    mismatches++;
    if (mismatches > TOLD) continue;
    const least = await shortest(image, trace);
    const record = least.record && Buffer.from(least.record).toString("base64");
    process.stdout.write(`${JSON.stringify({ mismatch: { ...least, record } })}\n`);
  }
  run += count;
  if (batch % 20 === 19) process.stderr.write(`${String(run)} of ${String(sequences)}\n`);
}
process.stdout.write(`${JSON.stringify({ seed, sequences: run, frames, calls, mismatches })}\n`);
if (mismatches > 0) process.exitCode = 1;
