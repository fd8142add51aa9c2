import { crc32 } from "node:zlib";
import { RECORD_FILE } from "../firmware/otp/record.js";
import { type Display } from "./display.js";
import type { Frame } from "./frame.js";
import { IMAGE_CHECK_FILE, IMAGE_FILE } from "./machine.js";
import type { Time } from "./time.js";
import { SimulatedToken, WAKE_BUTTON } from "./token.js";
import { VirtualClock } from "./clock.js";

const STEP = 60; // seconds of a time step: the bank's tokens change every minute
/** Seconds until a press is seen: the button's debounce, and a moment for the drawing. */
const SETTLE = 0.05;
/** Seconds after which a display is dark again, whatever it showed. */
const DARK_AFTER = 33;
/**
 * Steps either way of the token's own clock that a wrong code is wrong for: a server's window is ten
 * steps about where it takes that clock to be, and its search 30.
 */
const WRONG_FOR = 31;

interface Shown {
  readonly code: string;
  readonly secondsLeft: number;
}

/** A token that shows a word, or nothing that can be read, where a code was asked for. */
export class NoCode extends Error {
  override readonly name = "NoCode";

  /** @param display what can be read; null where the picture makes no sense */
  constructor(
    serial: string,
    readonly display: string | null,
  ) {
    super(`token ${serial} shows ${display === null ? "nothing readable" : `"${display}"`}`);
  }
}

/**
 * A token of a fleet: what a person with it in the hand can do and see. Where the fleet's time stands,
 * waiting moves it; where it runs, waiting waits.
 */
export class FleetToken {
  #given: Set<string> | undefined;
  #queue: Promise<unknown> | undefined;

  constructor(
    readonly serial: string,
    /** The board itself: its storage, its clock, its faults. */
    readonly device: SimulatedToken,
    readonly time: Time,
  ) {}

  /** What can be read off the display now. */
  display(): Display {
    return this.time.act(() => this.device.display());
  }

  /** What the display shows now, pixel by pixel. */
  frame(): Frame {
    return this.time.act(() => this.device.frame());
  }

  png(): Uint8Array {
    return this.time.act(() => this.device.png());
  }

  /** SHA-256 of the frame's bytes, in hex: the same for the same picture, on every machine. */
  frameHash(): string {
    return this.time.act(() => this.device.frameHash());
  }

  /** Pushes a button down, and leaves it so. @throws RangeError for a button the board does not have */
  hold(button: string = WAKE_BUTTON): void {
    this.time.act(() => {
      this.device.hold(button);
    });
  }

  release(button: string = WAKE_BUTTON): void {
    this.time.act(() => {
      this.device.release(button);
    });
  }

  /** Presses a button for a while. @returns what the display shows then. @throws RangeError */
  async press(button: string = WAKE_BUTTON, seconds: number = SETTLE): Promise<Display> {
    if (this.time.moves(seconds)) return this.#pressAtOnce(button, seconds);
    this.hold(button);
    await this.time.pass(seconds);
    this.release(button);
    await this.time.pass(SETTLE);
    return this.display();
  }

  /** In one moment of the real time, however fast this one runs. */
  #pressAtOnce(button: string, seconds: number): Display {
    return this.time.act(() => {
      const { clock } = this.time;
      this.device.hold(button);
      clock.advance(seconds);
      this.device.release(button);
      clock.advance(SETTLE);
      return this.device.display();
    });
  }

  /** Calls back with the display at each of its changes. @returns how to stop */
  onDisplay(listener: (display: Display) => void): () => void {
    return this.device.onDisplay(() => {
      listener(this.device.display());
    });
  }

  /** The code of now, read off the display as a person would; wakes the token. @throws NoCode */
  async code(): Promise<string> {
    return this.#give(await this.#read());
  }

  /**
   * A code that is shown for so many seconds more, up to 58: waits for the next one where need be.
   * @throws NoCode
   */
  async codeWithAtLeast(seconds: number): Promise<string> {
    return this.#give(await this.#until(seconds, () => false));
  }

  /**
   * A code that this token has not given before by any of these methods: waits for the next minute where
   * need be. Where others use the same token at the same time, take {@link withUnusedCode}.
   * @param seconds how long it is to be shown at least
   * @throws NoCode
   */
  async nextUnusedCode(seconds = 0): Promise<string> {
    return this.#give(await this.#until(seconds, (code) => this.#given?.has(code) ?? false));
  }

  /**
   * Does something with a code that nobody had before. Who share a token so wait for each other: the next
   * one gets the next code when this one is done, so none is used twice and none comes too late.
   * @throws NoCode, or what `use` throws
   */
  async withUnusedCode<Result>(use: (code: string) => Promise<Result>): Promise<Result> {
    const turn = Promise.resolve(this.#queue).then(async () => use(await this.nextUnusedCode()));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** A code that is wrong now, and for as long as anybody's window or search reaches. */
  wrongCode(): string {
    const shown = this.time.act(() => this.#codesAround());
    for (let number = 0; ; number++) {
      const code = String(number * 111_111)
        .padStart(6, "0")
        .slice(-6);
      if (!shown.has(code)) return code;
    }
  }

  /** What its storage holds, file by file. */
  save(): Record<string, Uint8Array> {
    const { storage } = this.device;
    return Object.fromEntries(storage.names.map((name) => [name, storage.bytes(name)!]));
  }

  /** Puts files in place of all that its storage holds, and starts it anew. */
  load(files: Readonly<Record<string, Uint8Array>>): void {
    this.time.act(() => {
      const { storage } = this.device;
      for (const name of storage.names) storage.erase(name);
      for (const [name, bytes] of Object.entries(files)) storage.write(name, bytes);
      this.device.restart();
    });
  }

  /** The current code, read off the display, which is woken first, whatever it showed. */
  async #read(): Promise<Shown> {
    let display = this.display();
    if (display.code === null && display.display !== "") {
      await this.time.pass(DARK_AFTER);
      display = this.display();
    }
    if (display.code === null) display = await this.press();
    const { code, secondsLeft } = display;
    if (code === null || secondsLeft === null) throw new NoCode(this.serial, display.display);
    return { code, secondsLeft };
  }

  /** A code that is shown for so many seconds, and is not one of those that will not do. */
  async #until(seconds: number, unfit: (code: string) => boolean): Promise<Shown> {
    // The bar rounds up, and a token wakes up to a second into its minute.
    if (!(seconds <= STEP - 2)) throw new RangeError("a code is shown for a minute");
    let shown = await this.#read();
    while (shown.secondsLeft - 1 < seconds || unfit(shown.code)) shown = await this.#next(shown);
    return shown;
  }

  #give({ code }: Shown): string {
    (this.#given ??= new Set()).add(code);
    return code;
  }

  /** The code after the one that was shown. */
  async #next({ secondsLeft }: Shown): Promise<Shown> {
    await this.time.pass(secondsLeft + SETTLE);
    return this.#read();
  }

  /** The codes of all steps around, read off another token of the same image and record. */
  #codesAround(): Set<string> {
    const { storage, machine } = this.device;
    const now = this.device.clock.now;
    const image = storage.bytes(IMAGE_FILE) ?? new Uint8Array();
    const codes = new Set<string>();
    // A damaged image shows no code at all.
    const check = storage.bytes(IMAGE_CHECK_FILE) ?? new Uint8Array();
    if (Buffer.from(check).toString() !== String(crc32(image))) return codes;
    const record = storage.bytes(RECORD_FILE);
    const other = new SimulatedToken({
      board: machine.model.name,
      image,
      ...(record && { record }),
      clock: new VirtualClock(now),
    });
    for (let distance = -WRONG_FOR; distance <= WRONG_FOR; distance++) {
      // From the dark each time: its clock is moved, not its time.
      other.clock.time.advance(DARK_AFTER);
      other.clock.set(now + distance * STEP);
      other.press();
      const { code } = other.display();
      if (code !== null) codes.add(code);
    }
    return codes;
  }
}
