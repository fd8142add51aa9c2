import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { undoneAtExit } from "./cleanup.js";

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

/** A board that did not do as it was asked. The message never holds a seed. */
export class FlashError extends Error {
  override readonly name = "FlashError";

  /** @param step what was being done */
  constructor(
    readonly step: string,
    problem: string,
  ) {
    super(`${step}: ${problem}`);
  }
}

const CLI = "espruino/bin/espruino-cli.js";
/** Milliseconds: a call takes one to five seconds; without a limit it can wait for ever. */
const TIME_LIMIT = 30_000;

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
 * happens, so a call has worked only where the report came. The script goes through a file that
 * only its owner can read: a command line can be seen by others.
 * @param port `tcp://HOST:PORT` or a serial device
 */
export function espruinoTools(port: string): RunOnBoard {
  return async (script, { setTime } = { setTime: true }) => {
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
      const { output, at } = await runCli([
        ...["--no-ble", "--quiet", "--board", boardFile, "--port", port],
        ...(setTime ? ["--time"] : []),
        ...["--config", "RESET_BEFORE_SEND=false", "--config", "STORE_LINE_NUMBERS=false"],
        scriptFile,
      ]);
      return { value: parseReport(output), at };
    } finally {
      callOff();
      remove();
    }
  };
}

/** @throws FlashError where the output holds no report */
export function parseReport(output: string): unknown {
  const report = new RegExp(`${OPEN}([A-Za-z0-9+/=]*)${CLOSE}`).exec(output)?.[1];
  if (report !== undefined) return JSON.parse(Buffer.from(report, "base64").toString("utf8"));
  if (/ECONNREFUSED|Unable to connect|No such file/i.test(output)) {
    throw new FlashError("connect", "nothing answers at this port");
  }
  if (/password/i.test(output)) throw new FlashError("connect", "the board's console is locked");
  const complaint = /Uncaught ([A-Za-z]*Error)/.exec(output)?.[1];
  throw new FlashError(
    "run",
    complaint ? `the board says ${complaint}` : "the board did not answer",
  );
}

async function runCli(options: readonly string[]): Promise<{ output: string; at: number }> {
  const cli = createRequire(import.meta.url).resolve(CLI);
  const child = spawn(process.execPath, [cli, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  const timer = setTimeout(kill, TIME_LIMIT);
  const callOff = undoneAtExit(kill);
  let output = "";
  let at = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (at === 0 && output.includes(CLOSE)) at = Date.now() / 1000;
    });
  }
  await new Promise((resolve) => child.on("close", resolve));
  clearTimeout(timer);
  callOff();
  return { output, at };
}
