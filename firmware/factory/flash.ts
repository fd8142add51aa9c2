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
  /** Unix seconds. */
  readonly now: () => number;
}

/** What a flashed board showed. */
export interface FlashResult {
  readonly serial: string;
  readonly imageSha256: string;
  /** Seconds the board's clock is ahead of ours. */
  readonly clockError: number;
}

/** Bytes a write: a line the board's console can take in one go. */
const PIECE = 768;
/** Seconds the clock may be off: the tools set it a moment late. */
const CLOCK_TOLERANCE = 2;

/**
 * Makes a board a token: the image and the record are written and read back, the board restarts,
 * its button is pressed, and the code on its display is compared with the seed's.
 * @throws FlashError at the step that failed; until the record is whole the board shows no code
 */
export async function flash(job: FlashJob, run: RunOnBoard): Promise<FlashResult> {
  const record = tokenRecord(job.seed, Math.floor(job.now()));
  const stored = (await run(writeScript(job.image, record))).value as Stored;
  compare("image", stored.image, crc32(job.image));
  compare("record", stored.record, crc32(record));
  const { value, at } = await run(pressScript(job.board));
  const shown = value as Shown;
  checkCode(job, record, shown);
  const clockError = Math.round((shown.after - at) * 1000) / 1000;
  if (Math.abs(clockError) > CLOCK_TOLERANCE) {
    throw new FlashError("set the clock", `it is ${String(clockError)} s off`);
  }
  const imageSha256 = createHash("sha256").update(job.image).digest("hex");
  return { serial: job.seed.serial, imageSha256, clockError };
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
  const reading = readFrame({ width, height, bytes: oneBit(picture, shown.bpp ?? 1, width * height) });
  if (reading.kind !== "code") {
    const text = reading.kind === "text" ? reading.lines.join(" ").trim() : reading.kind;
    throw new FlashError("read the code back", `the display shows ${text}`);
  }
  // The minute may have turned in between.
  const expected = [shown.before, shown.after].map((time) => {
    const token = new SimulatedToken({ board, image, record, clock: new VirtualClock(time) });
    token.press();
    return displayOf(token).code;
  });
  if (!expected.includes(reading.code)) {
    throw new FlashError("read the code back", "it is not the seed's code");
  }
}

function compare(what: string, stored: number, expected: number): void {
  if (stored !== expected) throw new FlashError(`write the ${what}`, "it did not arrive whole");
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
