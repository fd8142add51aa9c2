import type { Pen } from "../app/draw.js";
import type { Memory } from "../app/token.js";
import type { Counters } from "./board.js";
import { blockLength, digestLength, type Hash, SHA1, SHA256 } from "../otp/hash.js";
import { RECORD_FILE } from "../otp/record.js";

/** Where the bench puts a locked token's service password; the image locks the console with it. */
const LOCK_FILE = "warifu.lock";

/** The image runs from here: before the code a button held at start could skip, and after reset(). */
const IMAGE_FILE = ".boot0";

/** A locked token's radio sleeps. */
export function silence(): void {
  if (global.NRF && require("Storage").read(LOCK_FILE)) global.NRF.sleep();
}

/** Without a connection such a board prints its console over the display: it is moved off. */
export function clearDisplayOfConsole(): void {
  if (E.getConsole() === "Terminal") Bluetooth.setConsole(true);
}

/** What a token has done since it was last started, for the bench to read. */
export const counters: Counters = { presses: 0, codes: 0 };
global.warifu = counters;

function bytesOf(name: string): Uint8Array | undefined {
  const file = require("Storage").readArrayBuffer(name);
  return file ? new Uint8Array(file) : undefined;
}

function nativeHash(algorithm: number): Hash | undefined {
  const crypto = require("crypto");
  const digest =
    algorithm === SHA1 ? crypto.SHA1 : algorithm === SHA256 ? crypto.SHA256 : crypto.SHA512;
  if (!digest) return undefined;
  return {
    digest: digest,
    blockLength: blockLength(algorithm),
    digestLength: digestLength(algorithm),
  };
}

/** The memory of every Espruino board: Storage, native crypto, the battery where it has one. */
export const memory: Memory = {
  record: () => bytesOf(RECORD_FILE),
  image: () => bytesOf(IMAGE_FILE),
  hash: nativeHash,
  battery: () => (E.getBattery ? E.getBattery() : undefined),
};

/** Drawing with the board's own Graphics. */
export function penOf(graphics: EspruinoGraphics): Pen {
  return {
    clear: () => {
      graphics.clear();
    },
    fill: (x1, y1, x2, y2) => {
      graphics.fillRect(x1, y1, x2, y2);
    },
    erase: (x1, y1, x2, y2) => {
      graphics.clearRect(x1, y1, x2, y2);
    },
    font: (bitmap, first, width, height) => {
      graphics.setFontCustom(bitmap, first, width, height);
    },
    text: (text, x, y) => {
      graphics.drawString(text, x, y);
    },
  };
}

export function after(milliseconds: number, handler: () => void): number {
  return setTimeout(handler, milliseconds);
}

export function cancel(timer: number): void {
  clearTimeout(timer);
}

/** Watches a button that bounces for less than 25 ms. */
export function watchButton(pin: Pin, handler: (down: boolean) => void): void {
  setWatch(
    (event) => {
      handler(event.state);
    },
    pin,
    { repeat: true, edge: "both", debounce: 25 },
  );
}
