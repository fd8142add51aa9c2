import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { undoneAtExit } from "../seedfile/cleanup.js";

/** What a script on a board reported, and when that arrived here, in Unix seconds. */
export interface Report {
  readonly value: unknown;
  readonly at: number;
}

/**
 * Runs JavaScript on a board and returns what it reported, or throws FlashError. The board's clock
 * is set first unless told otherwise.
 */
export type RunOnBoard = (script: string, options?: { setTime: boolean }) => Promise<Report>;

/** How a console answered; the password is sent to a locked one only. */
export type LogIn = "open" | "logged in" | "refused";

/** A board as the bench reaches it. */
export interface BenchConsole {
  readonly run: RunOnBoard;
  /** @throws FlashError where nothing answers */
  readonly logIn: (password: string) => Promise<LogIn>;
}

/** A board that did not do as it was asked. The message never holds a seed. */
export class FlashError extends Error {
  override readonly name = "FlashError";

  /** @param step what was being done */
  constructor(
    readonly step: string,
    readonly problem: string,
  ) {
    super(`${step}: ${problem}`);
  }
}

/** A board whose console asks for its password. */
export class LockedError extends FlashError {
  constructor() {
    super("connect", "the board's console is locked");
  }
}

/** Bits a second of a serial console, where nothing else is said. */
const BAUD = 9600;

const CLI = "espruino/bin/espruino-cli.js";
/** Milliseconds: a call takes seconds, on a slow line half a minute; it can wait for ever. */
const TIME_LIMIT = 120_000;

/** Milliseconds after a refusal in which the password may be accepted yet. */
const LAST_ANSWER = 2_000;

const OPEN = "@WARIFU<";
const CLOSE = ">WARIFU@";

/**
 * JavaScript that reports a value to {@link espruinoTools}: JSON in Base64 between two marks, so
 * that neither echo nor prompt nor line breaks can spoil it.
 */
export function reportScript(expression: string): string {
  return `print("${OPEN}"+btoa(JSON.stringify(${expression}))+"${CLOSE}");`;
}

/** Tells the tools what they would otherwise look for on the network. */
const BOARD_INFO = { info: { builtin_modules: ["crypto", "Storage"] } };

/**
 * The npm package `espruino` (the "Espruino tools") as a child process. It exits with 0 whatever
 * happens, so a call has worked only where the report came.
 * @param port `tcp://HOST:PORT` or a serial device
 * @param baud bits a second of a serial device
 */
export function espruinoTools(port: string, baud = BAUD): BenchConsole {
  const line = ["--no-ble", "--quiet", "--port", port, "-b", String(baud)];
  return {
    run: (script, options = { setTime: true }) => runScript(line, script, options.setTime),
    logIn: (password) => logIn(line, password),
  };
}

/** The script goes through a file that only its owner can read: a command line can be seen by others. */
async function runScript(
  line: readonly string[],
  script: string,
  setTime: boolean,
): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), "warifu-flash-"));
  const remove = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  // The script holds a seed: it goes also when this process is interrupted.
  const callOff = undoneAtExit(remove);
  try {
    const [scriptFile, boardFile] = [join(directory, "script.js"), join(directory, "board.json")];
    writeFileSync(scriptFile, script, { mode: 0o600 });
    writeFileSync(boardFile, JSON.stringify(BOARD_INFO));
    let at = 0;
    const options = [
      ...line,
      "--board",
      boardFile,
      ...(setTime ? ["--time"] : []),
      "--config",
      "RESET_BEFORE_SEND=false",
      "--config",
      "STORE_LINE_NUMBERS=false",
      scriptFile,
    ];
    const output = await runCli(options, (printed) => {
      if (at === 0 && printed.includes(CLOSE)) at = Date.now() / 1000;
    });
    return { value: parseReport(output), at };
  } finally {
    callOff();
    remove();
  }
}

/**
 * The tools begin each line of a script with a character that a locked console takes for a part of
 * the password, so the password is typed at their terminal. Before it an empty line: a prompt follows
 * it, and what the console was sent before is done with.
 */
async function logIn(line: readonly string[], password: string): Promise<LogIn> {
  let refusals: number | undefined;
  let answer: LogIn | undefined;
  const end = (cli: ChildProcessWithoutNullStreams, how: LogIn): void => {
    answer ??= how;
    cli.kill();
  };
  const output = await runCli(line, (printed, cli) => {
    const refused = printed.match(/Invalid password\s+password>/g)?.length ?? 0;
    if (printed === "") cli.stdin.write("\n");
    else if (/Logged in\.\s/.test(printed)) end(cli, "logged in");
    else if (refused === 0 && /[\r\n]>$/.test(printed)) end(cli, "open");
    else if (refused > 0 && refusals === undefined) {
      refusals = refused;
      cli.stdin.write(`${password}\n`);
    } else if (refused > (refusals ?? Infinity)) {
      // This refusal may be of the empty line: the answer to the password may still come.
      setTimeout(() => {
        end(cli, "refused");
      }, LAST_ANSWER).unref();
    }
  });
  return answer ?? noAnswer(output);
}

/** @throws FlashError where the output holds no report */
export function parseReport(output: string): unknown {
  const report = new RegExp(`${OPEN}([A-Za-z0-9+/=]*)${CLOSE}`).exec(output)?.[1];
  if (report !== undefined) return JSON.parse(Buffer.from(report, "base64").toString("utf8"));
  return noAnswer(output);
}

function noAnswer(output: string): never {
  if (/ECONNREFUSED|Unable to connect|No such file/i.test(output)) {
    throw new FlashError("connect", "nothing answers at this port");
  }
  if (/password/i.test(output)) throw new LockedError();
  const complaint = /Uncaught ([A-Za-z]*Error)/.exec(output)?.[1];
  throw new FlashError(
    "run",
    complaint ? `the board says ${complaint}` : "the board did not answer",
  );
}

/**
 * @param onOutput called when the tools have been started, and whenever they have printed something,
 *   with all they have printed
 */
async function runCli(
  options: readonly string[],
  onOutput: (printed: string, cli: ChildProcessWithoutNullStreams) => void,
): Promise<string> {
  const path = createRequire(import.meta.url).resolve(CLI);
  const child = spawn(process.execPath, [path, ...options]);
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  const timer = setTimeout(kill, TIME_LIMIT);
  const callOff = undoneAtExit(kill);
  let output = "";
  child.stdin.on("error", kill);
  onOutput(output, child);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      onOutput(output, child);
    });
  }
  await new Promise((resolve) => child.on("close", resolve));
  clearTimeout(timer);
  callOff();
  return output;
}

/** Whether a board's console asks for a password. @throws FlashError where nothing answers */
export async function isLocked({ run }: BenchConsole): Promise<boolean> {
  return run(`${reportScript("1")}\n`, { setTime: false }).then(
    () => false,
    (error: unknown) => {
      if (error instanceof LockedError) return true;
      throw error;
    },
  );
}
