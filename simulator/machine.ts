import { createHash } from "node:crypto";
import { runInContext } from "node:vm";
import type { BoardModel } from "./boards.js";
import { Buttons } from "./buttons.js";
import type { VirtualClock } from "./clock.js";
import { strictContext } from "./context.js";
import type { Frame } from "./frame.js";
import { Graphics } from "./graphics.js";
import { nativeHash } from "./hash.js";
import type { Storage } from "./storage.js";

/** Where the board's start-up runs the image from. */
export const IMAGE_FILE = ".boot0";

/** What a machine is connected to, where it is. */
export interface Connections {
  /** Globals beside the board's own: what only a console uses. */
  readonly globals?: Record<string, unknown>;
  /** Seconds the board's clock is ahead of the virtual one. */
  readonly clockError?: () => number;
  /** Told of what the image throws at start, which a board prints to its console. */
  readonly onError?: (error: unknown) => void;
}

/** A virtual Espruino board: runs an image, byte for byte, over a virtual clock. */
export class Machine {
  readonly imageSha256: string;
  readonly buttons: Buttons;
  /** Percent, 0 to 100. */
  battery = 100;
  /** Whether the console asks for a password before anything else. */
  locked = false;
  /** Called whenever what the display shows has changed. */
  onDisplay: () => void = () => undefined;
  readonly #context: object;
  readonly #clockError: () => number;
  #shown: Frame;
  #powered = true;
  #password: string | undefined;

  /**
   * Powers the board on: what Storage holds as its image runs.
   * @throws whatever the image throws, unless `onError` takes it
   */
  constructor(
    readonly model: BoardModel,
    readonly storage: Storage,
    readonly clock: VirtualClock,
    { globals = {}, clockError = () => 0, onError }: Connections = {},
  ) {
    this.buttons = new Buttons(model.buttons, clock);
    this.#clockError = clockError;
    this.#shown = new Graphics(model.width, model.height).snapshot();
    const image = storage.bytes(IMAGE_FILE) ?? new Uint8Array();
    this.imageSha256 = createHash("sha256").update(image).digest("hex");
    const own = this.#globals();
    const E = { ...(own.E as object), ...(globals.E as object | undefined) };
    this.#context = strictContext({ ...own, ...globals, E });
    try {
      this.evaluate(Buffer.from(image).toString("latin1"));
    } catch (error) {
      if (!onError) throw error;
      onError(error);
    }
  }

  /** A line typed at the locked console. @returns whether it was the password, and opened it */
  logIn(line: string): boolean {
    if (line === this.#password) this.locked = false;
    return !this.locked;
  }

  /** Runs code beside the program, as the board's console does. */
  evaluate(code: string): unknown {
    return runInContext(code, this.#context, { filename: IMAGE_FILE });
  }

  /** What the display shows now: nothing while its power is off. */
  frame(): Frame {
    const { width, height, bytes } = this.#shown;
    return { width, height, bytes: this.#powered ? bytes.slice() : new Uint8Array(bytes.length) };
  }

  #globals(): Record<string, unknown> {
    const own = this.model.globals({
      show: (frame) => {
        this.#shown = frame;
        this.onDisplay();
      },
      power: (on) => {
        this.#powered = on;
        this.onDisplay();
      },
      battery: () => this.battery,
    });
    return {
      ...this.buttons.pins,
      ...own,
      E: { ...(own.E as object), ...this.#console() },
      Graphics: {
        createArrayBuffer: (
          width: number,
          height: number,
          _bitsPerPixel: number,
          options: { vertical_byte: boolean },
        ) => new Graphics(width, height, options.vertical_byte),
      },
      getTime: () => this.clock.now + this.#clockError(),
      setTimeout: (run: () => void, ms: number) => this.clock.after(ms / 1000, run),
      clearTimeout: (id: number) => {
        this.clock.cancel(id);
      },
      setWatch: this.buttons.watch,
      atob: (base64: string) => Buffer.from(base64, "base64").toString("latin1"),
      require: (name: string) => this.#module(name),
    };
  }

  #console(): object {
    return {
      setPassword: (password: string) => {
        this.#password = password;
      },
      lockConsole: () => {
        this.locked = this.#password !== undefined;
      },
    };
  }

  #module(name: string): object {
    if (name === "Storage") return this.storage.module();
    if (name === "crypto") {
      return Object.fromEntries(this.model.hashes.map((hash) => [hash, nativeHash(hash)]));
    }
    throw new Error(`Module "${name}" not found`);
  }
}
