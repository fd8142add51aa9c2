// Breaks the code once for each rule, and sees that the rule's test fails: in copies of the checkout,
// one break after the other. A break that no test catches is told, and makes the exit status 1.
// Run: npm run breaks [rule...]
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mutated } from "../support/mutant.js";
import { BREAKS, type Break } from "./breaks.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const asked = process.argv.slice(2).map(Number);
const queue = BREAKS.filter(({ rule }) => asked.length === 0 || asked.includes(rule));
const missed: number[] = [];

/** A copy of what is checked in or about to be, with the packages and the build beside it. */
function copyCheckout(): string {
  const copy = mkdtempSync(join(tmpdir(), "warifu-breaks-"));
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT });
  for (const file of listed.toString().trim().split("\n")) {
    cpSync(join(ROOT, file), join(copy, file));
  }
  cpSync(join(ROOT, "dist"), join(copy, "dist"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** How many tests of a file fail; -1 where it cannot be run at all. */
async function failures(copy: string, file: string): Promise<number> {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const options = ["run", file, "--reporter=json", `--outputFile=${report}`];
  const child = spawn(process.execPath, [vitest, ...options], { cwd: copy, stdio: "ignore" });
  await new Promise((resolve) => child.once("exit", resolve));
  const { numFailedTests, numTotalTests } = JSON.parse(readFileSync(report, "utf8")) as {
    numFailedTests: number;
    numTotalTests: number;
  };
  return numTotalTests === 0 ? -1 : numFailedTests;
}

async function work(copy: string): Promise<void> {
  for (let next: Break | undefined; (next = queue.shift());) {
    const path = join(copy, next.file);
    const whole = readFileSync(path, "utf8");
    writeFileSync(path, mutated(next, whole));
    const failed = await failures(copy, next.test);
    writeFileSync(path, whole);
    if (failed <= 0) missed.push(next.rule);
    const result = failed > 0 ? `caught by ${String(failed)} tests` : "NOT CAUGHT";
    process.stdout.write(`rule ${String(next.rule)}, ${next.breaks}: ${result}\n`);
  }
}

const copies = Array.from({ length: Math.min(4, availableParallelism()) }, copyCheckout);
// First as it is: a test that fails anyway catches nothing.
for (const test of new Set(queue.map((each) => each.test))) {
  const failed = await failures(copies[0]!, test);
  if (failed !== 0) throw new Error(`${test} fails without a break`);
}
const count = queue.length;
await Promise.all(copies.map(work));
for (const copy of copies) rmSync(copy, { recursive: true, force: true });
process.stdout.write(`${String(count - missed.length)} of ${String(count)} breaks caught\n`);
if (missed.length > 0) process.exitCode = 1;
