import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { BOARD_MODELS } from "../../simulator/boards.js";
import type { Seed } from "../seedfile/seed.js";
import { tokenRecord } from "../seedfile/token-record.js";
import { checkClock, clockOffset } from "./board-clock.js";
import {
  blankScript,
  lockScript,
  recordScript,
  restartScript,
  type Sealed,
  type Stored,
  timeScript,
  writeScript,
} from "./board-scripts.js";
import { trimBetween } from "./clock-trim.js";
import { type BenchConsole, FlashError, isLocked, reportScript } from "./espruino-tools.js";
import { readBack } from "./read-back.js";

/** What is to go onto a board. */
export interface FlashJob {
  readonly seed: Seed;
  readonly board: string;
  readonly image: Uint8Array;
  /** Opens the console where it is locked, and is what it is locked with. */
  readonly password?: string | undefined;
  /** Whether the console is left open. */
  readonly open?: boolean;
  /** Whether a board or a version of Espruino that is not on the list is taken all the same. */
  readonly anyBoard?: boolean;
  /** Seconds to measure the board's clock for; its error goes into the record's trim. */
  readonly measure?: number | undefined;
  /** Unix seconds. */
  readonly now: () => number;
  readonly wait?: (seconds: number) => Promise<void>;
  /** Told of each step as it is begun. */
  readonly onStep?: (step: Step) => void;
}

/** The steps, in their order. */
export const STEPS = ["check", "write", "read back", "measure", "lock", "finish"] as const;
export type Step = (typeof STEPS)[number];

/** What a flashed board showed. */
export interface FlashResult {
  readonly serial: string;
  readonly imageSha256: string;
  /** Seconds the board's clock is ahead of ours, less the time its report took to arrive. */
  readonly clockError: number;
  /** The trim put into the record, parts per billion; 0 where nothing was measured. */
  readonly trim: number;
  readonly locked: boolean;
}

/**
 * Seconds for which a record on trial is valid. Should the bench lose the board before the last step,
 * the board shows EXPIRED after them.
 */
export const TRIAL = 300;

/** A flash that failed in its last step, and whose board could not be reached again. */
export class UnsureError extends FlashError {
  constructor({ step, problem }: FlashError) {
    super(step, `${problem}; the board may be the finished token all the same`);
  }
}

/**
 * Makes a board a token. With a record that is valid for minutes only, image and record are read back
 * and two codes on the display compared with the seed's; the console is locked, and only then is the
 * real record written.
 * @throws FlashError at the step that failed; the record has been taken away again where the board
 *   could still be reached; UnsureError where the real record may be on it
 */
export async function flash(job: FlashJob, board: BenchConsole): Promise<FlashResult> {
  const { seed, image, password = "", onStep = () => undefined } = job;
  const locked = password !== "" && !job.open;
  const begun = new Set<Step>();
  const begin = (step: Step): void => {
    begun.add(step);
    onStep(step);
  };
  begin("check");
  await check(job, board, password);
  try {
    begin("write");
    await writeOnTrial(job, board);
    begin("read back");
    const record = tokenRecord({ ...seed, expiry: undefined }, { start: 0 });
    await readBack({ board: job.board, image, record }, board);
    begin("measure");
    const trim = job.measure === undefined ? 0 : await measureTrim(job, job.measure, board);
    begin("lock");
    if (locked) await lock(board, password);
    begin("finish");
    const clockError = await finish(job, board, trim);
    if (locked) await checkLock(job, board);
    const imageSha256 = createHash("sha256").update(image).digest("hex");
    return { serial: seed.serial, imageSha256, clockError, trim, locked };
  } catch (error) {
    const taken = await takeAway(board, password);
    if (!taken && begun.has("finish") && error instanceof FlashError) throw new UnsureError(error);
    throw error;
  }
}

/**
 * Opens the console and looks at the board; one that is not the right one is locked again. Its clock is
 * left alone: a finished token's trim counts from when it was set.
 */
async function check(job: FlashJob, board: BenchConsole, password: string): Promise<void> {
  const answer = await board.logIn(password);
  if (answer === "refused") {
    throw new FlashError("check", "the console is locked, and not with this token's password");
  }
  try {
    await checkBoard(job, board);
  } catch (error) {
    const restart = (): Promise<unknown> => board.run(restartScript(), { setTime: false });
    if (answer === "logged in") await restart().catch(() => undefined);
    throw error;
  }
}

async function checkBoard({ board, anyBoard }: FlashJob, { run }: BenchConsole): Promise<void> {
  const { espruinoBoards, espruino } = BOARD_MODELS[board]!;
  const { value } = await run(`${reportScript("process.env")}\n`, { setTime: false });
  const { BOARD = "unknown", VERSION = "unknown" } = value as { BOARD?: string; VERSION?: string };
  if (anyBoard) return;
  if (!espruinoBoards.includes(BOARD)) {
    throw new FlashError("check", `the board is ${BOARD}, not ${espruinoBoards.join(" or ")}`);
  }
  if (!espruino.includes(VERSION)) {
    throw new FlashError("check", `Espruino is ${VERSION}; supported is ${espruino.join(", ")}`);
  }
}

async function writeOnTrial(job: FlashJob, { run }: BenchConsole): Promise<void> {
  const start = Math.floor(job.now());
  const expiry = Math.min(start + TRIAL, job.seed.expiry ?? Infinity);
  const record = tokenRecord({ ...job.seed, expiry }, { start });
  const stored = (await run(writeScript(job.image, record))).value as Stored;
  compare("write", "image", stored.image, job.image);
  compare("write", "record", stored.record, record);
}

/** @returns what to add to the clock's rate, parts per billion; 0 where the error cannot be told */
async function measureTrim(
  { wait = sleep }: FlashJob,
  seconds: number,
  { run }: BenchConsole,
): Promise<number> {
  const read = async (): Promise<{ board: number; host: number }> => {
    const { value, at } = await run(timeScript(), { setTime: false });
    return { board: value as number, host: at };
  };
  const before = await read();
  await wait(seconds);
  const trim = trimBetween(before, await read());
  if (trim === "too large") {
    throw new FlashError("measure", "the clock's error is beyond anything a board's clock does");
  }
  return trim === "too small" ? 0 : trim;
}

/** Locks the console, and opens it with the password for the last step. */
async function lock(board: BenchConsole, password: string): Promise<void> {
  const { value } = await board.run(lockScript(password));
  compare("lock", "password", value as number, Buffer.from(password));
  const answer = await board.logIn(password);
  if (answer === "open") throw new FlashError("lock", "the console stays open");
  if (answer === "refused") throw new FlashError("lock", "the console refuses the password");
}

/** Whether the image has locked the console at its restart; one reached by radio is silent now. */
async function checkLock(job: FlashJob, board: BenchConsole): Promise<void> {
  if (BOARD_MODELS[job.board]!.radioConsole || (await isLocked(board))) return;
  throw new FlashError("lock", "the console is open after the restart");
}

/** @returns the seconds by which the board's clock is still ahead */
async function finish(job: FlashJob, board: BenchConsole, trim: number): Promise<number> {
  const offset = await clockOffset(board);
  const record = tokenRecord(job.seed, { start: Math.floor(job.now()), trim });
  const { value, at } = await board.run(recordScript(record, -offset), { setTime: false });
  const sealed = value as Sealed;
  compare("finish", "record", sealed.record, record);
  checkClock("finish", sealed.time - at);
  return Math.round((sealed.time - at) * 1000) / 1000;
}

/** Takes the token off again. @returns whether the board could be reached for it */
async function takeAway(board: BenchConsole, password: string): Promise<boolean> {
  try {
    await board.logIn(password);
    return (await board.run(blankScript())).value === true;
  } catch {
    return false;
  }
}

function compare(step: Step, what: string, stored: number, expected: Uint8Array): void {
  if (stored !== crc32(expected)) throw new FlashError(step, `the ${what} did not arrive whole`);
}

async function sleep(seconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
