import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { httpRequests, rawRequests } from "./targets/http.js";
import { auditFiles, keyFiles, policies, records, seedFiles } from "./targets/readers.js";
import type { Target } from "./target.js";

/** What is fuzzed, and its part of the inputs. */
export const TARGETS = {
  http: { part: 10, open: httpRequests },
  socket: { part: 1, open: rawRequests },
  "seed-file": { part: 29, open: seedFiles },
  "key-file": { part: 8, open: keyFiles },
  record: { part: 22, open: records },
  audit: { part: 16, open: auditFiles },
  policy: { part: 14, open: policies },
} as const;
export type TargetName = keyof typeof TARGETS;
export const TARGET_NAMES = Object.keys(TARGETS) as TargetName[];

/** Inputs after which a target is opened anew: what it has learnt from them is forgotten. */
const ROUND = 2_000;
const CORPUS = new URL("corpus/", import.meta.url);

/** What a campaign over one target came to. */
export interface Outcome {
  inputs: number;
  mutants: number;
  /** The first input that something did not hold of, and what. */
  failure?: { readonly seed: number; readonly input: unknown; readonly problem: string };
}

/**
 * Gives a target so many inputs, the same for a seed; ends at the first of which something does not hold.
 * @param onProgress told of the inputs of each round
 */
export async function fuzz(
  name: TargetName,
  inputs: number,
  seed: number,
  onProgress: (count: number) => void = () => undefined,
): Promise<Outcome> {
  const outcome: Outcome = { inputs: 0, mutants: 0 };
  for (let round = 0; outcome.inputs < inputs; round++) {
    const numRuns = Math.min(ROUND, inputs - outcome.inputs);
    const failure = await fuzzRound(name, numRuns, seed + round, outcome);
    onProgress(numRuns);
    if (failure) return { ...outcome, failure };
  }
  return outcome;
}

async function fuzzRound(
  name: TargetName,
  numRuns: number,
  seed: number,
  outcome: Outcome,
): Promise<Outcome["failure"]> {
  const target = (await TARGETS[name].open()) as Target;
  const stray: unknown[] = [];
  const keep = (error: unknown): void => void stray.push(error);
  process.on("unhandledRejection", keep);
  process.on("uncaughtException", keep);
  try {
    const property = fc.asyncProperty(target.inputs, async ({ mutant, value }) => {
      outcome.inputs++;
      if (mutant) outcome.mutants++;
      await target.take(value);
      if (stray.length > 0) throw stray[0];
    });
    const details = await fc.check(property, { numRuns, seed, endOnFailure: true });
    if (!details.failed) {
      await target.end();
      return undefined;
    }
    // What it was before is said: ending may fail for the same reason.
    await target.end().catch(() => undefined);
    const input = details.counterexample?.[0].value;
    return { seed, input, problem: problemText(details.errorInstance) };
  } catch (error) {
    return { seed, input: undefined, problem: problemText(error) };
  } finally {
    process.off("unhandledRejection", keep);
    process.off("uncaughtException", keep);
  }
}

function problemText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Keeps an input that something did not hold of, for every test from now on. */
export function keepInput(name: TargetName, input: unknown): void {
  const text = `${JSON.stringify(toData(input), null, 2)}\n`;
  const id = createHash("sha256").update(text).digest("hex").slice(0, 12);
  mkdirSync(new URL(`${name}/`, CORPUS), { recursive: true });
  writeFileSync(new URL(`${name}/${id}.json`, CORPUS), text);
}

/** The inputs that are kept, by their targets. */
export function keptInputs(): { name: TargetName; file: string; input: unknown }[] {
  return TARGET_NAMES.flatMap((name) => {
    const folder = new URL(`${name}/`, CORPUS);
    if (!existsSync(folder)) return [];
    return readdirSync(folder).map((file) => {
      const input = fromData(JSON.parse(readFileSync(new URL(file, folder), "utf8")));
      return { name, file, input };
    });
  });
}

/** Bytes stand in the corpus as hex. */
function toData(input: unknown): unknown {
  if (input instanceof Uint8Array) return { hex: Buffer.from(input).toString("hex") };
  if (typeof input !== "object" || input === null || Array.isArray(input)) return input;
  return Object.fromEntries(Object.entries(input).map(([name, each]) => [name, toData(each)]));
}

function fromData(data: unknown): unknown {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return data;
  if ("hex" in data) return Buffer.from(String(data.hex), "hex");
  return Object.fromEntries(Object.entries(data).map(([name, each]) => [name, fromData(each)]));
}
