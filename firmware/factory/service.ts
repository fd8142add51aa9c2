import { crc32 } from "node:zlib";
import { type TokenRecord, trimmedTime } from "../otp/record.js";
import { headerOf } from "../seedfile/encode-record.js";
import type { Seed } from "../seedfile/seed.js";
import { tokenRecord } from "../seedfile/token-record.js";
import { checkClock, clockOffset } from "./board-clock.js";
import { blankScript, recordScript, restartScript, type Sealed } from "./board-scripts.js";
import { trimBetween } from "./clock-trim.js";
import { type BenchConsole, FlashError, isLocked } from "./espruino-tools.js";
import { clockScript, type ClockSet, type Status, statusScript } from "./service-scripts.js";

/** What is done to an opened token, beside reading it. */
export type ServiceAct =
  | { readonly kind: "read" }
  | { readonly kind: "set clock" }
  /** The record is written anew from the seed file. */
  | { readonly kind: "renew"; readonly seed: Seed };

/** What a token said before anything was done to it. */
export interface ServiceReport {
  readonly serial: string;
  readonly locked: boolean;
  /** Unix seconds: when its clock was last set. */
  readonly start: number;
  /** Unix seconds; 0 for none. */
  readonly expiry: number;
  /** Parts per billion. */
  readonly trim: number;
  /** The trim it has now: learned from what its clock had gained since it was last set. */
  readonly newTrim: number;
  /** Seconds its clock was ahead, the trim counted in. */
  readonly clockError: number;
  /** Of its image, the first eight hex digits, as its information page shows them. */
  readonly imageSha1: string;
  /** Percent. */
  readonly battery?: number | undefined;
  /** Since it was last started. */
  readonly presses?: number | undefined;
  readonly codes?: number | undefined;
}

/** What is asked of the service bench. */
export interface ServiceJob {
  readonly serial: string;
  readonly password: string;
  readonly act: ServiceAct;
  /** Unix seconds. */
  readonly now: () => number;
}

/** Said where a token that was locked may not be so any more. */
export const MAY_BE_OPEN = "its console may be open now: take out its power, and look again";

/**
 * Opens a token with its service password, reads it, does what is asked, and locks it again.
 * @throws FlashError where it cannot be opened, is another token, or holds none
 */
export async function service(job: ServiceJob, board: BenchConsole): Promise<ServiceReport> {
  return whileOpen(job.password, board, async (locked) => {
    const report = { ...(await serve(job, board)), locked };
    if (locked && !(await isLocked(board))) {
      throw new FlashError("lock", "the console was open after the restart");
    }
    return report;
  });
}

/**
 * Opens a token and erases its record and its lock: the board is no token any more.
 * @throws FlashError where it cannot be opened, is another token, or was not erased
 */
export async function wipe(
  { serial, password }: Pick<ServiceJob, "serial" | "password">,
  board: BenchConsole,
): Promise<void> {
  await whileOpen(password, board, async () => {
    await look(serial, board);
    const { value: gone } = await board.run(blankScript(), { setTime: false });
    if (gone !== true) throw new FlashError("wipe", "the record is still there");
  });
}

/**
 * Opens the console for some work, which is told whether it was locked. One that was is locked again
 * where the work fails, or the error says that it may be open.
 */
async function whileOpen<T>(
  password: string,
  board: BenchConsole,
  work: (locked: boolean) => Promise<T>,
): Promise<T> {
  const answer = await board.logIn(password);
  if (answer === "refused") throw new FlashError("open", "the console refuses the password");
  const locked = answer === "logged in";
  try {
    return await work(locked);
  } catch (error) {
    if (!locked || (await lockAgain(board)) || !(error instanceof FlashError)) throw error;
    throw new FlashError(error.step, `${error.problem}; ${MAY_BE_OPEN}`);
  }
}

/** After a failure. @returns whether the console is locked again */
async function lockAgain(board: BenchConsole): Promise<boolean> {
  try {
    if (await isLocked(board)) return true;
    await restart(board);
    return await isLocked(board);
  } catch {
    return false;
  }
}

/** What a board says of itself, and when that arrived. @throws FlashError where it is another token */
async function look(
  serial: string,
  board: BenchConsole,
): Promise<{ status: Status; header: TokenRecord | undefined; at: number }> {
  const { value, at } = await board.run(statusScript(), { setTime: false });
  const status = value as Status;
  const header = headerOf(Buffer.from(status.header, "base64"));
  if (header && header.serial !== serial) {
    throw new FlashError("read", `the board is token ${header.serial}`);
  }
  return { status, header, at };
}

async function serve(
  { serial, act, now }: ServiceJob,
  board: BenchConsole,
): Promise<Omit<ServiceReport, "locked">> {
  const { status, header, at } = await look(serial, board);
  if (!header) throw new FlashError("read", "the board holds no token");
  const newTrim = act.kind === "read" ? header.trim : learnedTrim(header, status.time, at);
  if (act.kind === "renew") await renew(act.seed, newTrim, now, board);
  else if (act.kind === "set clock") await setClock(newTrim, now, board);
  else await restart(board);
  const trimmed = trimmedTime(header, status.time);
  const { start, expiry, trim } = header;
  return {
    serial,
    start,
    expiry,
    trim,
    newTrim,
    clockError: Math.round((trimmed - at) * 1000) / 1000,
    imageSha1: Buffer.from(status.imageSha1, "base64").toString("hex").slice(0, 8),
    battery: status.battery,
    ...status.counters,
  };
}

async function restart(board: BenchConsole): Promise<void> {
  await board.run(restartScript(), { setTime: false });
}

/** At its start the clock was right, so what it has gained since tells its rate. */
function learnedTrim({ start, trim }: TokenRecord, time: number, at: number): number {
  const learned = trimBetween({ board: start, host: start }, { board: time, host: at });
  // A clock that lost its power, or has run for too short a time, teaches nothing.
  return typeof learned === "number" ? learned : trim;
}

async function setClock(trim: number, now: () => number, board: BenchConsole): Promise<void> {
  const offset = await clockOffset(board);
  const script = clockScript(-offset, Math.floor(now()), trim);
  const { value, at } = await board.run(script, { setTime: false });
  const set = value as ClockSet;
  if (!set.whole) throw new FlashError("set clock", "the record did not arrive whole");
  checkClock("set clock", set.time - at);
}

async function renew(
  seed: Seed,
  trim: number,
  now: () => number,
  board: BenchConsole,
): Promise<void> {
  const offset = await clockOffset(board);
  const record = tokenRecord(seed, { start: Math.floor(now()), trim });
  const { value, at } = await board.run(recordScript(record, -offset), { setTime: false });
  const sealed = value as Sealed;
  if (sealed.record !== crc32(record)) {
    throw new FlashError("renew", "the record did not arrive whole");
  }
  checkClock("renew", sealed.time - at);
}
