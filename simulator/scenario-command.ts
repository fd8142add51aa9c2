import { InputError } from "../firmware/seedfile/input-error.js";
import type { Seed } from "../firmware/seedfile/seed.js";
import { parseInstant } from "../firmware/seedfile/instant.js";
import { replaceFile } from "../firmware/seedfile/whole-file.js";
import { boardModel } from "./boards.js";
import { BoardConsole } from "./device/board-console.js";
import { DeviceDriver } from "./device/device-driver.js";
import { PairedDriver } from "./device/paired-driver.js";
import { Fleet } from "./fleet.js";
import { type Driver, simulatedDriver } from "./scenario/driver.js";
import { Goldens } from "./scenario/goldens.js";
import { htmlReport } from "./scenario/report.js";
import { type Outcome, runScenario, type Verify } from "./scenario/run.js";
import { readScenario, type Scenario, type Step } from "./scenario/scenario.js";
import { writeOut } from "./write-out.js";

export interface ScenarioOptions {
  readonly scenario: string;
  readonly board: string;
  readonly record?: boolean;
  readonly report?: string;
  readonly server?: string;
  readonly device?: string;
  readonly json?: boolean;
}

/**
 * Runs a scenario in the simulation, on a real board, or on both side by side.
 * @param seed of the token; undefined where a board runs it alone, with no server asked
 * @throws InputError
 */
export async function scenarioCommand(
  seed: Seed | undefined,
  options: ScenarioOptions,
): Promise<void> {
  const scenario = readScenario(options.scenario);
  const goldens = new Goldens(
    options.scenario.replace(/(\.json)?$/, ".screens"),
    options.record ?? false,
  );
  const verify =
    options.server === undefined ? undefined : verifierAt(options.server, seed!.serial);
  const { driver, disagreements, close } = await driverOf(scenario, seed, options);
  try {
    const outcomes = await runScenario(scenario, { driver, goldens, verify });
    const unused = goldens.unused();
    if (options.record) await record(options.scenario, scenario, outcomes);
    if (options.report !== undefined) {
      writeOut("--report", options.report, htmlReport(scenario, outcomes, unused));
    }
    tell(scenario, outcomes, unused, disagreements, options);
  } catch (error) {
    if (error instanceof RangeError) throw new InputError("--scenario", error.message);
    throw error;
  } finally {
    close();
  }
}

interface Driven {
  readonly driver: Driver;
  /** Where board and simulation differ; undefined where only one of them runs. */
  readonly disagreements: readonly string[] | undefined;
  readonly close: () => void;
}

async function driverOf(
  scenario: Scenario,
  seed: Seed | undefined,
  { board, device }: ScenarioOptions,
): Promise<Driven> {
  if (device === undefined) {
    const at = scenario.at === undefined ? Date.now() / 1000 : parseInstant(scenario.at, "at");
    const token = new Fleet({ board, at }).add(seed!);
    return { driver: simulatedDriver(token), disagreements: undefined, close: () => undefined };
  }
  if (scenario.at !== undefined) {
    throw new InputError("at", "a board has its own time: leave it out of the scenario");
  }
  const model = boardModel(board);
  if (!model) throw new InputError("--board", "is unknown");
  const console = await BoardConsole.open(device);
  const close = (): void => {
    console.close();
  };
  const driver = new DeviceDriver(console, model);
  if (!seed) return { driver, disagreements: undefined, close };
  const token = new Fleet({ board, at: await driver.clock() }).add(seed);
  const paired = new PairedDriver(driver, token);
  return { driver: paired, disagreements: paired.disagreements, close };
}

/** Asks a server's `POST /v1/verify`; its key comes from the environment alone. @throws InputError */
function verifierAt(server: string, serial: string): Verify {
  checkServer(server);
  const key = process.env.WARIFU_API_KEY;
  if (key === undefined) throw new InputError("WARIFU_API_KEY", "is not set");
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new InputError("WARIFU_API_KEY", "holds characters that no key has");
  }
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return async (code) => {
    const body = JSON.stringify({ serial, code });
    const request = { method: "POST", headers, body };
    const reply = await fetch(new URL("/v1/verify", server), request).catch(() => undefined);
    if (!reply?.ok) {
      const problem = reply ? `answers ${String(reply.status)}` : "does not answer";
      throw new InputError("--server", problem);
    }
    return (await reply.json()) as Awaited<ReturnType<Verify>>;
  };
}

function checkServer(server: string): void {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new InputError("--server", "must be a URL: http://… or https://…");
  }
  if (url.username !== "" || url.password !== "") {
    throw new InputError("--server", "must hold no user and no password, which others could see");
  }
}

/** Writes down what was seen in place of what was expected; a cut file would be neither. */
async function record(
  path: string,
  scenario: Scenario,
  outcomes: readonly Outcome[],
): Promise<void> {
  const steps = outcomes.map(({ step, seen }): Step => {
    if (!("expect" in step) || step.expect.display === undefined || !seen) return step;
    return { expect: { ...step.expect, ...seen } };
  });
  const text = `${JSON.stringify({ ...scenario, steps }, undefined, 2)}\n`;
  await replaceFile(path, "--scenario", text);
}

function tell(
  scenario: Scenario,
  outcomes: readonly Outcome[],
  unused: readonly string[],
  disagreements: readonly string[] | undefined,
  { json }: ScenarioOptions,
): void {
  const problems = [
    ...outcomes.flatMap(({ problems: each }, index) =>
      each.map((problem) => `step ${String(index + 1)}: ${problem}`),
    ),
    ...unused.map((file) => `no step asks for the picture ${file}`),
    ...(disagreements ?? []),
  ];
  const agree = disagreements === undefined ? {} : { agree: disagreements.length === 0 };
  const steps = outcomes.length;
  if (json) {
    process.stdout.write(`${JSON.stringify({ name: scenario.name, steps, problems, ...agree })}\n`);
  } else {
    const sum = problems.length === 0 ? "as expected" : `${String(problems.length)} problems`;
    const both = agree.agree ? "; the board and the simulation agree" : "";
    const lines = [...problems, `${scenario.name}: ${String(steps)} steps, ${sum}${both}`];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  if (problems.length > 0) process.exitCode = 1;
}
