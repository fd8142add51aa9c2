import { readFileSync } from "node:fs";
import type { Mutant } from "../support/mutant.js";

/** One deliberate break of the code, and the test file that has to catch it. */
export interface Break extends Mutant {
  readonly rule: number;
  readonly test: string;
  /** What is wrong then. */
  readonly breaks: string;
}

export const BREAKS = JSON.parse(
  readFileSync(new URL("rules.json", import.meta.url), "utf8"),
) as readonly Break[];
