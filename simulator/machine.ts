import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { BoardModel } from "./boards.js";
import { Buttons } from "./buttons.js";
import type { DeviceClock } from "./device-clock.js";
import type { Frame } from "./frame.js";
import { Graphics } from "./graphics.js";
import { nativeHash } from "./hash.js";
import { type Isolation, ownContext, ownScope, type Surroundings } from "./isolation.js";
import { PowerFailure, PowerMeter } from "./power-meter.js";
import type { Storage } from "./storage.js";

/** Where the board's start-up runs the image from. */
export const IMAGE_FILE = ".boot0";
/** Where the bench stores the image's CRC-32, in decimal: a damaged image does not start. */
export const IMAGE_CHECK_FILE = "warifu.crc";

/** What a machine is connected to; all of it may be left out. */
export interface Connections {
  /** Globals beside the board's own: what only a console uses. */
  readonly globals?: Record<string, unknown>;
  /** Told of what the image throws, at start and later, which a board prints to its console. */
  readonly onError?: (error: unknown) => void;
  /** Buttons that are down when the power comes on. */
  readonly held?: Iterable<string>;
  /** How its program is kept apart from others; a context of its own where not said. */
  readonly isolation?: Isolation;
  /** What it counts into; one of its own where not given. */
  readonly meter?: PowerMeter;
}

/** A virtual Espruino board: runs an image, byte for byte, over a virtual clock. */
export class Machine {
  readonly buttons: Buttons;
  readonly meter: PowerMeter;
  /** Percent, 0 to 100. */
  battery = 100;
  /** Whether the console asks for a password before anything else. */
  locked = false;
  /** Called whenever what the display shows has changed. */
  onDisplay: () => void = () => undefined;
  readonly #surroundings: Surroundings;
  readonly #blank: Frame;
  #shown: Frame;
  #displayOn = true;
  #running = true;
  readonly #onError: ((error: unknown) => void) | undefined;
  #password: string | undefined;

  /**
   * Powers the board on: what Storage holds as its image runs.
   * @throws whatever the image throws, unless `onError` takes it
   */
  constructor(
    readonly model: BoardModel,
    readonly storage: Storage,
    readonly clock: DeviceClock,
    { globals = {}, onError, isolation = "context", meter, held = [] }: Connections = {},
  ) {
    this.buttons = new Buttons(model.buttons, clock);
    this.meter = meter ?? new PowerMeter(clock.time);
    this.#onError = onError;
    for (const button of held) this.buttons.set(button, true);
    this.#blank = blankOf(model);
    this.#shown = this.#blank;
    this.meter.display(true);
    const own = this.#globals();
    const E = { ...(own.E as object), ...(globals.E as object | undefined) };
    const all = { ...own, ...globals, E };
    this.#surroundings = isolation === "context" ? ownContext(all) : ownScope(all);
    this.#run(() => this.evaluate(imageOf(storage).text));
  }

  /** SHA-256 of the image as it is stored, in hex. */
  get imageSha256(): string {
    return imageOf(this.storage).sha256;
  }

  /** Whether the board has power. */
  get running(): boolean {
    return this.#running;
  }

  /** A line typed at the locked console. @returns whether it was the password, and opened it */
  logIn(line: string): boolean {
    if (line === this.#password) this.locked = false;
    return !this.locked;
  }

  /** Runs code beside the program, as the board's console does. */
  evaluate(code: string): unknown {
    return this.#surroundings.run(code);
  }

  /** What the display shows now: nothing while its power is off. */
  frame(): Frame {
    const lit = this.#displayOn && this.#running;
    const { width, height, bytes } = lit ? this.#shown : this.#blank;
    return { width, height, bytes: bytes.slice() };
  }

  /** The power is gone: the program with all it knew, and the picture. Storage stays. */
  powerOff(): void {
    if (!this.#running) return;
    this.#running = false;
    this.meter.display(false);
    this.onDisplay();
  }

  /** Runs a part of the program, unless the power is off; stops where the power fails. */
  #run(part: () => void): void {
    if (!this.#running) return;
    try {
      part();
    } catch (error) {
      if (error instanceof PowerFailure) this.powerOff();
      else if (this.#onError) this.#onError(error);
      else throw error;
    }
  }

  #globals(): Record<string, unknown> {
    const drawn = (pixels: number): void => {
      this.meter.drawn(pixels);
    };
    const own = this.model.globals({
      drawn,
      show: (frame) => {
        this.meter.redrawn();
        this.#shown = frame;
        this.onDisplay();
      },
      power: (on) => {
        this.meter.display(on);
        this.#displayOn = on;
        this.onDisplay();
      },
      battery: () => this.battery,
    });
    return {
      ...this.buttons.pins,
      ...own,
      E: { ...(own.E as object), ...this.#ownE() },
      Graphics: {
        createArrayBuffer: (
          width: number,
          height: number,
          _bitsPerPixel: number,
          options: { vertical_byte: boolean },
        ) => new Graphics(width, height, { vertical: options.vertical_byte, drawn }),
      },
      getTime: () => this.clock.now,
      setTimeout: (run: () => void, ms: number) =>
        this.clock.after(ms / 1000, () => {
          this.#wake(run);
        }),
      clearTimeout: (id: number) => {
        this.clock.cancel(id);
      },
      setWatch: this.#watch,
      atob: (base64: string) => Buffer.from(base64, "base64").toString("latin1"),
      require: (name: string) => this.#module(name),
    };
  }

  readonly #watch: Buttons["watch"] = (handler, pin, options) =>
    this.buttons.watch(
      (event) => {
        this.#wake(() => {
          handler(event);
        });
      },
      pin,
      options,
    );

  #wake(part: () => void): void {
    if (!this.#running) return;
    this.meter.woken();
    this.#run(part);
  }

  /** What every board's `E` has. */
  #ownE(): object {
    return {
      CRC32: (data: string) => crc32(Buffer.from(data, "latin1")),
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

/** An image as the interpreter reads it, a character a byte, and its hash: once for all boards that share it. */
interface Image {
  readonly text: string;
  /** In hex. */
  readonly sha256: string;
}
const images = new WeakMap<Uint8Array, Image>();
const NO_IMAGE = new Uint8Array();

function imageOf(storage: Storage): Image {
  const bytes = storage.file(IMAGE_FILE) ?? NO_IMAGE;
  let image = images.get(bytes);
  if (!image) {
    const text = Buffer.from(bytes).toString("latin1");
    image = { text, sha256: createHash("sha256").update(bytes).digest("hex") };
    images.set(bytes, image);
  }
  return image;
}

const blanks = new WeakMap<BoardModel, Frame>();

/** What a board's display shows without power. */
function blankOf(model: BoardModel): Frame {
  const { width, height } = model;
  const blank = blanks.get(model) ?? {
    width,
    height,
    bytes: new Uint8Array((width * height) / 8),
  };
  blanks.set(model, blank);
  return blank;
}
