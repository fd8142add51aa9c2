import type { Frame } from "../frame.js";
import { readFrame } from "../reader.js";
import { readingText } from "../display.js";
import type { Driver } from "./driver.js";
import type { Goldens } from "./goldens.js";
import type { Expectation, Scenario, Step } from "./scenario.js";

/** Asks a server about a code. @returns its answer, as `POST /v1/verify` has it */
export type Verify = (
  code: string,
) => Promise<{ readonly accepted: boolean; readonly reason?: string }>;

/** What came of a step. */
export interface Outcome {
  readonly step: Step;
  /** What was otherwise than expected; empty where all was as it should be. */
  readonly problems: readonly string[];
  /** The display's picture at an expectation, and the one that was expected where there is one. */
  readonly got?: Frame;
  readonly expected?: Frame | undefined;
  /** What was seen in fact, for --record. */
  readonly seen?: Expectation;
}

/** What a run is made with. */
export interface Run {
  readonly driver: Driver;
  readonly goldens: Goldens;
  /** Undefined where no server is named. */
  readonly verify?: Verify | undefined;
}

/** Runs a scenario to its end, also past what was not as expected. */
export async function runScenario(scenario: Scenario, run: Run): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of scenario.steps) outcomes.push(await take(step, run));
  return outcomes;
}

async function take(step: Step, run: Run): Promise<Outcome> {
  const { driver } = run;
  if ("expect" in step) return look(step, step.expect, run);
  if ("press" in step) await driver.press(step.press, step.seconds);
  else if ("hold" in step) await driver.hold(step.hold);
  else if ("release" in step) await driver.release(step.release);
  else if ("advance" in step) await driver.advance(step.advance);
  else await driver.fault(step.fault);
  return { step, problems: [] };
}

async function look(step: Step, wanted: Expectation, run: Run): Promise<Outcome> {
  const got = await run.driver.frame();
  const reading = readFrame(got);
  const code = reading.kind === "code" ? reading.code : undefined;
  const display = readingText(reading);
  const problems: string[] = [];
  if (wanted.code === true && code === undefined) problems.push(`no code, but ${told(display)}`);
  if (wanted.code === false && code !== undefined) problems.push("a code is shown");
  if (typeof wanted.code === "string" && wanted.code !== code) {
    problems.push(`expected the code ${wanted.code}, got ${code ?? told(display)}`);
  }
  // Where it is recorded, what is shown becomes what is expected.
  const compared = wanted.display !== undefined && !run.goldens.record;
  if (compared && wanted.display !== display) {
    problems.push(`expected ${told(wanted.display)}, got ${told(display)}`);
  }
  const expected = wanted.screen === undefined ? undefined : run.goldens.expect(wanted.screen, got);
  if (expected !== undefined && "problem" in expected) problems.push(expected.problem);
  if (wanted.accepted !== undefined) problems.push(...(await asked(wanted, code, run.verify)));
  const frame = expected && "frame" in expected ? expected.frame : undefined;
  return { step, problems, got, expected: frame, seen: { display } };
}

async function asked(
  { accepted, reason }: Expectation,
  code: string | undefined,
  verify: Verify | undefined,
): Promise<string[]> {
  if (!verify) return ["no server is named to ask: --server"];
  if (code === undefined) return ["there is no code to send"];
  const answer = await verify(code);
  if (answer.accepted !== accepted) {
    return [answer.accepted ? "the server accepted it" : `the server said ${answer.reason ?? ""}`];
  }
  const other = reason !== undefined && answer.reason !== reason;
  return other ? [`expected ${reason}, the server said ${answer.reason ?? "nothing"}`] : [];
}

function told(display: string | null): string {
  if (display === null) return "nothing readable";
  return display === "" ? "a dark display" : JSON.stringify(display);
}
