import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { RECORD_FILE } from "../firmware/otp/record.js";
import { boardModel } from "./boards.js";
import type { VirtualClock } from "./clock.js";
import { DeviceClock } from "./device-clock.js";
import { type Display, displayOf } from "./display.js";
import { FRAME_FORMATS } from "./encode-frame.js";
import { darkened, type Frame } from "./frame.js";
import type { Isolation } from "./isolation.js";
import { IMAGE_CHECK_FILE, IMAGE_FILE, Machine } from "./machine.js";
import { PowerMeter } from "./power-meter.js";
import { Storage } from "./storage.js";

/** The button that wakes a token. */
export const WAKE_BUTTON = "BTN1";

/** How long a short press lasts, in seconds. */
const SHORT_PRESS = 0.1;

/** What a token is made of. */
export interface TokenParts {
  readonly board: string;
  /** The image as it is flashed, seed-free. */
  readonly image: Uint8Array;
  /** The token record; absent on a board that has none. */
  readonly record?: Uint8Array;
  /** The true time; the token's own clock runs by it, with its error. */
  readonly clock: VirtualClock;
  /** How fast its crystal is, parts per million. */
  readonly ppm?: number;
  readonly isolation?: Isolation;
}

/** A token in the hand: it has buttons to press and a display to look at. */
export class SimulatedToken {
  /** The token's own clock. Setting it is what a jump is; `pullBattery` loses it. */
  readonly clock: DeviceClock;
  readonly storage: Storage;
  readonly meter: PowerMeter;
  #machine: Machine;
  #battery = 100;
  readonly #isolation: Isolation | undefined;
  // Created only when first used, which saves memory: few tokens of a fleet have any.
  #deadColumns: Set<number> | undefined;
  #listeners: Set<() => void> | undefined;
  #stuck: Set<string> | undefined;

  /** @throws RangeError for a board that is not known */
  constructor({ board, image, record, clock, ppm = 0, isolation }: TokenParts) {
    if (!boardModel(board)) throw new RangeError(`no board is named ${board}`);
    this.storage = new Storage({
      [IMAGE_FILE]: image,
      [IMAGE_CHECK_FILE]: checkOf(image),
      ...(record && { [RECORD_FILE]: record }),
    });
    this.clock = new DeviceClock(clock, ppm);
    this.meter = new PowerMeter(clock);
    this.#isolation = isolation;
    this.#machine = this.#boot(board);
  }

  /** The board as it is powered now. */
  get machine(): Machine {
    return this.#machine;
  }

  /** Columns of the display that stay unlit, from 0 at the left. */
  get deadColumns(): Set<number> {
    return (this.#deadColumns ??= new Set());
  }

  /** Percent, 0 to 100. */
  get battery(): number {
    return this.#battery;
  }

  set battery(percent: number) {
    this.#battery = percent;
    this.#machine.battery = percent;
  }

  /**
   * Presses a button, holds it and lets it go. Time passes meanwhile.
   * @param seconds how long it is held
   * @throws RangeError for a button the board does not have
   */
  press(button: string = WAKE_BUTTON, seconds: number = SHORT_PRESS): void {
    this.hold(button);
    this.clock.time.advance(seconds);
    this.release(button);
    this.clock.time.advance(SHORT_PRESS);
  }

  /** Pushes a button down, and leaves it so. No time passes. @throws RangeError */
  hold(button: string = WAKE_BUTTON): void {
    this.#machine.buttons.set(button, true);
  }

  /** Lets a button go, unless it is stuck. @throws RangeError */
  release(button: string = WAKE_BUTTON): void {
    if (!this.#stuck?.has(button)) this.#machine.buttons.set(button, false);
  }

  /** A button that does not come up any more. @throws RangeError */
  stick(button: string = WAKE_BUTTON): void {
    this.hold(button);
    (this.#stuck ??= new Set()).add(button);
  }

  /** The wake button's contact closes and opens so many times, each within so many seconds. */
  bounce(times: number, seconds: number): void {
    for (let count = 0; count < times; count++) {
      this.hold();
      this.clock.time.advance(seconds / 2);
      this.release();
      this.clock.time.advance(seconds / 2);
    }
  }

  /** The battery is taken out and put back: the program starts anew, the clock stands at 1970. */
  pullBattery(): void {
    this.#machine.powerOff();
    this.clock.set(0);
    this.restart();
  }

  /** Starts what Storage holds anew; the clock goes on. */
  restart(): void {
    this.#machine.powerOff();
    this.#machine = this.#boot(this.#machine.model.name);
  }

  /** What the display shows, pixel by pixel. */
  frame(): Frame {
    return darkened(this.#machine.frame(), this.#deadColumns);
  }

  /** What can be read off the display. */
  display(): Display {
    return displayOf(this);
  }

  /** The display's picture as a PNG file. */
  png(): Uint8Array {
    return FRAME_FORMATS.png(this.frame());
  }

  /** SHA-256 of the frame's bytes, in hex: the same for the same picture, on every machine. */
  frameHash(): string {
    return createHash("sha256").update(this.frame().bytes).digest("hex");
  }

  /** Calls back whenever what the display shows has changed. @returns how to stop */
  onDisplay(listener: () => void): () => void {
    const listeners = (this.#listeners ??= new Set());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  #boot(board: string): Machine {
    const { storage, clock, meter } = this;
    const isolation = this.#isolation ?? "context";
    // What an image throws a board prints to its console; the display stays as it is.
    const onError = (): void => undefined;
    const held = this.#stuck ?? [];
    const connections = { meter, isolation, onError, held };
    const machine = new Machine(boardModel(board)!, storage, clock, connections);
    machine.battery = this.#battery;
    machine.onDisplay = () => {
      for (const listener of this.#listeners ?? []) listener();
    };
    return machine;
  }
}

/** The check values of images: once for all tokens that share one. */
const checks = new WeakMap<Uint8Array, Uint8Array>();

/** What the bench stores beside an image: its CRC-32, in decimal. */
function checkOf(image: Uint8Array): Uint8Array {
  const check = checks.get(image) ?? Buffer.from(String(crc32(image)));
  checks.set(image, check);
  return check;
}
