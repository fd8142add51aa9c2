import { crc32 } from "node:zlib";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { IMAGE_CHECK_FILE, IMAGE_FILE } from "../../simulator/machine.js";
import { RECORD_FILE } from "../otp/record.js";
import { reportScript } from "./espruino-tools.js";

/** Where the image looks for the password it locks the console with. */
export const LOCK_FILE = "warifu.lock";

/** Bytes a write: a line the board's console can take in one go. */
const PIECE = 768;

/** Ends what runs on the board, so that nothing but the script touches its Storage. */
const QUIET = 'clearInterval();clearWatch();clearTimeout();var bench=require("Storage");';

/** Starts the stored program anew. Whatever was locked is locked again. */
export const RESTART = "load();";

/**
 * The record goes first: from here on until a new one is whole the board shows no code. What is erased
 * stays in the flash until it is compacted.
 */
const BLANK = [`bench.erase("${RECORD_FILE}");bench.erase("${LOCK_FILE}");bench.compact();`];

/** Reports the CRC-32 of what is stored. */
export interface Stored {
  readonly image: number;
  readonly record: number;
}

/** Makes the board an open token: image and record. Reports {@link Stored}. */
export function writeScript(image: Uint8Array, record: Uint8Array): string {
  return lines(
    QUIET,
    ...BLANK,
    `bench.erase("${IMAGE_CHECK_FILE}");`,
    ...writeLines(IMAGE_FILE, image),
    `bench.write("${IMAGE_CHECK_FILE}","${String(crc32(image))}");`,
    ...writeLines(RECORD_FILE, record),
    reportScript(`{image:${crcOf(IMAGE_FILE)},record:${crcOf(RECORD_FILE)}}`),
    RESTART,
  );
}

/** Takes the token off the board, the lock too, and leaves the image. Reports whether both are gone. */
export function blankScript(): string {
  const gone = [RECORD_FILE, LOCK_FILE].map((file) => `bench.read("${file}")===undefined`);
  return lines(QUIET, ...BLANK, reportScript(gone.join("&&")), RESTART);
}

/**
 * Has the image lock the console from its next start on, and locks it now as the image will: with what
 * is stored. Reports its CRC-32.
 */
export function lockScript(password: string): string {
  return lines(
    QUIET,
    `bench.write("${LOCK_FILE}","${password}");`,
    `E.setPassword(bench.read("${LOCK_FILE}"));`,
    reportScript(crcOf(LOCK_FILE)),
    `if(bench.read("${LOCK_FILE}")=="${password}")E.lockConsole();`,
  );
}

/** What {@link recordScript} reports: the record's CRC-32, and the clock, Unix seconds. */
export interface Sealed {
  readonly record: number;
  readonly time: number;
}

/**
 * Writes the record, moves the clock by so many seconds and starts the token, which locks it: all in
 * one line, so a cable that is cut does all of it or nothing. A record that did not arrive whole is
 * taken away on the spot. Reports {@link Sealed}.
 */
export function recordScript(record: Uint8Array, seconds: number): string {
  const write = writeLines(RECORD_FILE, record).join("");
  const last = [
    write,
    `setTime(getTime()+${String(seconds)});`,
    `var crc=${crcOf(RECORD_FILE)};`,
    `if(crc!=${String(crc32(record))})bench.erase("${RECORD_FILE}");`,
    reportScript("{record:crc,time:getTime()}"),
    RESTART,
  ];
  return lines(QUIET, last.join(""));
}

/** Reports the time, and nothing else: a long report would arrive late. */
export function timeScript(): string {
  return lines(reportScript("getTime()"));
}

/** Starts the token anew, and with that locks it again. */
export function restartScript(): string {
  return lines(reportScript("1"), RESTART);
}

/** A look at the display after a press of the button. */
export interface Look {
  /** The board's clock before and after the press, Unix seconds. */
  readonly before: number;
  readonly after: number;
  /** The picture row by row, so many bits a pixel (one where it is not said), in Base64. */
  readonly bpp?: number;
  readonly frame: string;
}

/**
 * Calls the running program's own button watch and looks at the display, twice: now, and with the
 * clock put a step on, and back again. Reports two of {@link Look}.
 */
export function pressScript(board: string, step: number): string {
  const { buttons } = BOARD_MODELS[board]!;
  return lines(
    "function benchPress(down){",
    'global["\\xff"].watches.forEach(function(w){',
    `if(w&&w.pin==${buttons[0]!})w.cb({state:down,time:getTime(),lastTime:getTime()});`,
    "});}",
    "function benchLook(){",
    "var before=getTime();benchPress(true);benchPress(false);var image=g.asImage();",
    "return {before:before,after:getTime(),bpp:image.bpp,frame:btoa(image.buffer)};}",
    `var looks=[benchLook()];setTime(getTime()+${String(step)});looks.push(benchLook());`,
    `setTime(getTime()-${String(step)});`,
    reportScript("looks"),
  );
}

function lines(...statements: string[]): string {
  return `${statements.join("\n")}\n`;
}

function crcOf(file: string): string {
  return `E.CRC32(bench.read("${file}")||"")`;
}

function writeLines(name: string, bytes: Uint8Array): string[] {
  const writes = [];
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = Buffer.from(bytes.subarray(at, at + PIECE)).toString("base64");
    const size = at === 0 ? `,${String(bytes.length)}` : "";
    writes.push(`bench.write("${name}",atob("${piece}"),${String(at)}${size});`);
  }
  return writes;
}
