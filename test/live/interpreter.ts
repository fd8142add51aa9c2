import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { rowsOf } from "../../simulator/graphics.js";
import type { HashName } from "../../simulator/hash.js";

/** One run of the image on the interpreter: what it is given and what is done to it. */
export interface Trace {
  /** The board whose image runs. */
  readonly board: string;
  readonly record: Uint8Array | undefined;
  /** Unix seconds at power-on. */
  readonly start: number;
  readonly battery: number;
  /** The hashes the board's crypto module has. */
  readonly hashes: readonly HashName[];
  readonly steps: readonly Step[];
  /** What is stored as the image's CRC-32; nothing where it is not given. */
  readonly imageCheck?: number;
}

/** Wait so many seconds, then press (true), release (false) or look at the display (null). */
export type Step = readonly [seconds: number, action: boolean | null];

/** What came of a trace: a frame for each look, and each delay asked of a timer, in milliseconds. */
export interface TraceResult {
  readonly frames: readonly Uint8Array[];
  readonly delays: readonly number[];
  /** `wake-ups redraws milliseconds-lit`. */
  readonly counts: string;
  /** How many calls to the board there were, and the CRC-32 of all of them with their arguments. */
  readonly calls: string;
}

/** A picture as the interpreter has it, row by row; blank where the display has no power. */
function frameOf(board: string, data: string): Uint8Array {
  const { width, height } = BOARD_MODELS[board]!;
  if (data === "-" || data === "") return new Uint8Array((width * height) / 8);
  const bytes = Buffer.from(data, "base64");
  return board === "ssd1306" ? rowsOf(bytes, width, height) : bytes;
}

/** The Espruino executable that the environment names, or undefined. */
export const ESPRUINO = process.env.ESPRUINO;

/**
 * Runs a script in the real interpreter, in a directory of its own, and returns its output lines.
 * @throws Error when the interpreter does not end in time
 */
export async function runScript(executable: string, script: string): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), "warifu-espruino-"));
  try {
    writeFileSync(join(directory, "script.js"), script);
    // The interpreter wants its standard input open to the end.
    const child = spawn(executable, ["script.js"], { cwd: directory, stdio: "pipe" });
    const timer = setTimeout(() => child.kill("SIGKILL"), 120_000);
    let output = "";
    child.stdout.setEncoding("latin1").on("data", (text: string) => (output += text));
    const code = await new Promise((resolve) => child.on("close", resolve));
    clearTimeout(timer);
    if (code === null) throw new Error(`the interpreter did not end: ${output.slice(-200)}`);
    return output.split(/\r?\n/);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** JavaScript that puts bytes into the interpreter's Storage, in pieces its parser can take. */
export function storeScript(name: string, bytes: Uint8Array): string {
  const pieces = [];
  for (let at = 0; at < bytes.length; at += 384) {
    const piece = Buffer.from(bytes.subarray(at, at + 384)).toString("base64");
    const size = at === 0 ? `,${String(bytes.length)}` : "";
    pieces.push(
      `require("Storage").write(${JSON.stringify(name)},E.toArrayBuffer(atob("${piece}")),${String(at)}${size});`,
    );
  }
  return pieces.join("\n");
}

/** Runs a board's image through traces in the real interpreter. */
export async function runTraces(
  executable: string,
  image: Uint8Array,
  traces: readonly Trace[],
): Promise<TraceResult[]> {
  const board = traces[0]!.board;
  const harness = readFileSync(new URL("harness.js", import.meta.url), "utf8");
  const calls = traces.map((trace) => {
    const record = trace.record ? Buffer.from(trace.record).toString("base64") : null;
    // In whole milliseconds: a decimal fraction is read there a last bit off.
    const steps = trace.steps.map(([seconds, action]) => [Math.round(seconds * 1000), action]);
    const start = Math.round(trace.start * 1000);
    const check = trace.imageCheck === undefined ? null : String(trace.imageCheck);
    const given = [trace.board, record, start, trace.battery, trace.hashes, steps, check];
    return `trace(${given.map((value) => JSON.stringify(value)).join(",")});`;
  });
  const script = [harness, storeScript(".boot0", image), ...calls].join("\n");
  const results: TraceResult[] = [];
  let frames: Uint8Array[] = [];
  const said: Record<string, string> = {};
  for (const line of await runScript(executable, script)) {
    if (line.includes("Uncaught")) throw new Error(`the interpreter says: ${line}`);
    const [, kind, data] = /(FRAME|COUNTS|CALLS|TIMERS) (.*)$/.exec(line) ?? [];
    if (kind === "FRAME") {
      frames.push(frameOf(board, data!));
    } else if (kind === "TIMERS") {
      const delays = data ? data.split(",").map(Number) : [];
      results.push({ frames, delays, counts: said.COUNTS!, calls: said.CALLS! });
      frames = [];
    } else if (kind !== undefined) {
      said[kind] = data!;
    }
  }
  if (results.length !== traces.length) {
    throw new Error(`${String(results.length)} of ${String(traces.length)} traces came back`);
  }
  return results;
}
