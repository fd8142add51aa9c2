import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Mutant, withMutant } from "../support/mutant.js";
import type { Invariant } from "./ledger.js";

/** An invariant, and the code without its guard. */
export interface Unguarded extends Mutant {
  readonly invariant: Invariant;
}

export const MUTANTS = JSON.parse(
  readFileSync(new URL("mutants.json", import.meta.url), "utf8"),
) as readonly Unguarded[];

/** Runs the simulation over the code with a guard taken out. @returns what it printed */
export function simulateMutant(mutant: Mutant, steps: number): Promise<string> {
  return withMutant(mutant, "test/system/run.ts", (file) => output(file, steps));
}

async function output(file: string, steps: number): Promise<string> {
  const seeds = String(Math.ceil(steps / 10_000));
  const child = spawn(process.execPath, [file, "--seeds", seeds], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  await new Promise((resolve) => child.once("close", resolve));
  return said;
}
