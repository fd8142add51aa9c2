import { readFileSync } from "node:fs";

/** One deliberate break of the code, and the test file that has to catch it. */
export interface Break {
  readonly rule: number;
  readonly file: string;
  /** What stands in the file once, and what stands there instead. */
  readonly find: string;
  readonly replace: string;
  readonly test: string;
  /** What is wrong then. */
  readonly breaks: string;
}

export const BREAKS = JSON.parse(
  readFileSync(new URL("rules.json", import.meta.url), "utf8"),
) as readonly Break[];

/** A file's text with the break in it. @throws Error where it does not fit the code any more */
export function broken({ rule, file, find, replace }: Break, text: string): string {
  const [before, after, ...more] = text.split(find);
  if (after === undefined || more.length > 0 || find === replace) {
    throw new Error(`rule ${String(rule)}: the break does not fit ${file}`);
  }
  return before! + replace + after;
}
