import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import type { Invariant } from "./ledger.js";

/** An invariant's guard in the code, and what stands in its place when it is taken out. */
export interface Mutant {
  readonly invariant: Invariant;
  readonly file: string;
  /** What stands in the file once. */
  readonly find: string;
  readonly replace: string;
}

export const MUTANTS = JSON.parse(
  readFileSync(new URL("mutants.json", import.meta.url), "utf8"),
) as readonly Mutant[];

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A file's text without its guard. @throws Error where the mutant does not fit the code any more */
export function mutated({ invariant, file, find, replace }: Mutant, text: string): string {
  const [before, after, ...more] = text.split(find);
  if (after === undefined || more.length > 0) {
    throw new Error(`${invariant}: the mutant does not fit ${file}`);
  }
  return before! + replace + after;
}

/** Runs the simulation over the code with a guard taken out. @returns what it printed */
export async function simulateMutant(mutant: Mutant, steps: number): Promise<string> {
  // Below the packages, so that the built file finds them.
  const directory = mkdtempSync(join(ROOT, "node_modules", ".mutant-"));
  try {
    await build({
      config: false,
      entry: { run: "test/system/run.ts" },
      outDir: directory,
      format: "esm",
      target: "node20",
      skipNodeModulesBundle: true,
      silent: true,
      outExtension: () => ({ js: ".mjs" }),
      esbuildPlugins: [
        {
          name: "mutant",
          setup: (bundle) => {
            bundle.onLoad({ filter: /\.ts$/ }, ({ path }) => {
              if (path !== join(ROOT, mutant.file)) return undefined;
              return { contents: mutated(mutant, readFileSync(path, "utf8")), loader: "ts" };
            });
          },
        },
      ],
    });
    return await output(join(directory, "run.mjs"), steps);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
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
