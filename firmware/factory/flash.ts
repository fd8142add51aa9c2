import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { RECORD_FILE } from "../otp/record.js";
import { IMAGE_FILE } from "../../simulator/machine.js";
import { readFrame } from "../../simulator/reader.js";
import { SimulatedToken } from "../../simulator/token.js";
import { VirtualClock } from "../../simulator/clock.js";
import { displayOf } from "../../simulator/display.js";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { tokenRecord } from "../seedfile/token-record.js";
import type { Seed } from "../seedfile/seed.js";
import { FlashError, reportScript, type RunOnBoard } from "./espruino-tools.js";

/** What is to go onto a board. */
export interface FlashJob {
  readonly seed: Seed;
  readonly board: string;
  readonly image: Uint8Array;
  /** Whether a board or a version of Espruino that is not on the list is taken all the same. */
  readonly anyBoard?: boolean;
  /** Seconds to measure the board's clock for; its error goes into the record's trim. */
  readonly measure?: number;
  /** Unix seconds. */
  readonly now: () => number;
  readonly wait?: (seconds: number) => Promise<void>;
  /** Told of each step as it is begun. */
  readonly onStep?: (step: Step) => void;
}

/** The steps, in their order. */
export const STEPS = ["check", "write", "read back", "measure"] as const;
export type Step = (typeof STEPS)[number];

/** What a flashed board showed. */
export interface FlashResult {
  readonly serial: string;
  readonly imageSha256: string;
  /** Seconds the board's clock is ahead of ours. */
  readonly clockError: number;
  /** The trim put into the record, parts per billion; 0 where nothing was measured. */
  readonly trim: number;
}

/** Bytes a write: a line the board's console can take in one go. */
const PIECE = 768;
/** Seconds the clock may be off: the tools set it a moment late. */
const CLOCK_TOLERANCE = 2;
/** Seconds by which a report's arrival may differ from one time to the next. */
const ARRIVAL_JITTER = 0.05;
/** No board's clock is further off than a thousandth: what measures more measures something else. */
const TRIM_LIMIT = 1_000_000;

/**
 * Makes a board a token: board and Espruino are checked, the image and the record are written and
 * read back, the board restarts, its button is pressed, and the code on its display is compared with
 * the seed's. Where asked, its clock is measured and the error written into the record.
 * @throws FlashError at the step that failed; until the record is whole the board shows no code
 */
export async function flash(job: FlashJob, run: RunOnBoard): Promise<FlashResult> {
  const { seed, image, onStep = () => undefined } = job;
  onStep("check");
  await checkBoard(job, run);
  onStep("write");
  let clockError = await makeToken(job, 0, run);
  const trim = job.measure === undefined ? 0 : await measureTrim(job, job.measure, run);
  if (trim !== 0) clockError = await makeToken(job, trim, run);
  const imageSha256 = createHash("sha256").update(image).digest("hex");
  return { serial: seed.serial, imageSha256, clockError, trim };
}

/** What a measurement over so many seconds can tell apart, in parts per million. */
export function measuredPpm(seconds: number): number {
  return (2 * ARRIVAL_JITTER * 1e6) / seconds;
}

async function checkBoard({ board, anyBoard }: FlashJob, run: RunOnBoard): Promise<void> {
  const { espruinoBoards, espruino } = BOARD_MODELS[board]!;
  const { value } = await run(`${reportScript("process.env")}\n`);
  const { BOARD = "unknown", VERSION = "unknown" } = value as { BOARD?: string; VERSION?: string };
  if (anyBoard) return;
  if (!espruinoBoards.includes(BOARD)) {
    throw new FlashError("check", `the board is ${BOARD}, not ${espruinoBoards.join(" or ")}`);
  }
  if (!espruino.includes(VERSION)) {
    throw new FlashError("check", `Espruino is ${VERSION}; supported is ${espruino.join(", ")}`);
  }
}

/**
 * Writes image and record, sets the clock, and reads the code back.
 * @returns the seconds the board's clock is ahead
 */
async function makeToken(job: FlashJob, trim: number, run: RunOnBoard): Promise<number> {
  const { seed, image, onStep = () => undefined } = job;
  const record = tokenRecord(seed, { start: Math.floor(job.now()), trim });
  const stored = (await run(writeScript(image, record))).value as Stored;
  compare("image", stored.image, crc32(image));
  compare("record", stored.record, crc32(record));
  onStep("read back");
  const { value, at } = await run(pressScript(job.board));
  const shown = value as Shown;
  checkCode(job, record, shown);
  const clockError = Math.round((shown.after - at) * 1000) / 1000;
  if (Math.abs(clockError) <= CLOCK_TOLERANCE) return clockError;
  throw new FlashError("read back", `the clock is ${String(clockError)} s off`);
}

/** @returns what to add to the clock's rate, parts per billion; 0 where the error cannot be told */
async function measureTrim(job: FlashJob, seconds: number, run: RunOnBoard): Promise<number> {
  job.onStep?.("measure");
  const read = async (): Promise<{ board: number; host: number }> => {
    const { value, at } = await run(`${reportScript("getTime()")}\n`, { setTime: false });
    return { board: value as number, host: at };
  };
  const before = await read();
  await (job.wait ?? sleep)(seconds);
  const after = await read();
  const passed = after.host - before.host;
  const gained = after.board - before.board - passed;
  const trim = Math.round((-gained / (passed + gained)) * 1e9);
  if (Math.abs(trim) > TRIM_LIMIT) {
    throw new FlashError("measure", "the clock's error is beyond anything a board's clock does");
  }
  return Math.abs(trim) / 1000 < measuredPpm(passed) ? 0 : trim;
}

async function sleep(seconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

interface Stored {
  readonly image: number;
  readonly record: number;
}

interface Shown {
  /** The board's clock before and after the button was pressed, Unix seconds. */
  readonly before: number;
  readonly after: number;
  /** The picture row by row, so many bits a pixel (one where it is not said), in Base64. */
  readonly bpp?: number;
  readonly frame: string;
}

/** Compares the code on the board's display with the one the same token shows in the simulator. */
function checkCode({ board, image }: FlashJob, record: Uint8Array, shown: Shown): void {
  const { width, height } = BOARD_MODELS[board]!;
  const picture = Buffer.from(shown.frame, "base64");
  const reading = readFrame({
    width,
    height,
    bytes: oneBit(picture, shown.bpp ?? 1, width * height),
  });
  if (reading.kind !== "code") {
    const text = reading.kind === "text" ? reading.lines.join(" ").trim() : reading.kind;
    throw new FlashError("read back", `the display shows ${text}`);
  }
  // The minute may have turned in between.
  const expected = [shown.before, shown.after].map((time) => {
    const token = new SimulatedToken({ board, image, record, clock: new VirtualClock(time) });
    token.press();
    return displayOf(token).code;
  });
  if (!expected.includes(reading.code)) {
    throw new FlashError("read back", "the display does not show the seed's code");
  }
}

function compare(what: string, stored: number, expected: number): void {
  if (stored !== expected) throw new FlashError("write", `the ${what} did not arrive whole`);
}

/** A picture of several bits a pixel as one of one bit: whatever is not 0 is ink. */
function oneBit(picture: Uint8Array, bitsPerPixel: number, pixels: number): Uint8Array {
  if (bitsPerPixel === 1) return picture;
  const bytes = new Uint8Array(pixels / 8);
  for (let bit = 0; bit < pixels * bitsPerPixel; bit++) {
    const pixel = Math.floor(bit / bitsPerPixel);
    if (picture[bit >> 3]! & (0x80 >> (bit & 7))) bytes[pixel >> 3]! |= 0x80 >> (pixel & 7);
  }
  return bytes;
}

/**
 * Stops what runs, takes the old record away first, then writes image and record and restarts. What
 * is stored is read back before the restart.
 */
function writeScript(image: Uint8Array, record: Uint8Array): string {
  const stored = ["image", "record"]
    .map((name, index) => `${name}:E.CRC32(warifu.read(${JSON.stringify(FILES[index])}))`)
    .join(",");
  return [
    "clearInterval();clearWatch();clearTimeout();",
    'var warifu=require("Storage");',
    `warifu.erase("${RECORD_FILE}");`,
    ...writeLines(IMAGE_FILE, image),
    ...writeLines(RECORD_FILE, record),
    reportScript(`{${stored}}`),
    "load();",
    "",
  ].join("\n");
}

const FILES = [IMAGE_FILE, RECORD_FILE] as const;

function writeLines(name: string, bytes: Uint8Array): string[] {
  const lines = [];
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = Buffer.from(bytes.subarray(at, at + PIECE)).toString("base64");
    const size = at === 0 ? `,${String(bytes.length)}` : "";
    lines.push(`warifu.write("${name}",atob("${piece}"),${String(at)}${size});`);
  }
  return lines;
}

/** Calls the running program's own button watch, then reads the display. */
function pressScript(board: string): string {
  const { buttons } = BOARD_MODELS[board]!;
  return [
    "function warifuPress(down){",
    'global["\\xff"].watches.forEach(function(w){',
    `if(w&&w.pin==${buttons[0]!})w.cb({state:down,time:getTime(),lastTime:getTime()});`,
    "});}",
    "var warifuTime=getTime();warifuPress(true);warifuPress(false);",
    "var warifuImage=g.asImage();",
    reportScript(
      "{before:warifuTime,after:getTime(),bpp:warifuImage.bpp,frame:btoa(warifuImage.buffer)}",
    ),
    "",
  ].join("\n");
}
