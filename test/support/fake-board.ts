import { runInNewContext } from "node:vm";
import { crc32 } from "node:zlib";
import { FlashError, parseReport, type Report } from "../../firmware/factory/espruino-tools.js";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { VirtualClock } from "../../simulator/clock.js";
import { Machine } from "../../simulator/machine.js";
import { Storage } from "../../simulator/storage.js";

/** A simulated Pixl.js behind a console that runs scripts, as far as flashing needs one. */
export class FakeBoard {
  readonly storage = new Storage();
  machine: Machine | undefined;
  /** Called with each file written; may return other bytes, as a bad cable would. */
  corrupt: (name: string, bytes: Uint8Array) => Uint8Array = (_name, bytes) => bytes;
  /** Seconds this board's clock is ahead. */
  clockError = 0;

  constructor(readonly now: () => number) {}

  /** How flashing runs scripts on it. */
  readonly run = (script: string): Promise<Report> => {
    let output = "";
    const globals = {
      print: (text: string) => (output += `${text}\r\n`),
      btoa: (data: string | Uint8Array) => Buffer.from(data as string, "latin1").toString("base64"),
      atob: (text: string) => Buffer.from(text, "base64").toString("latin1"),
      clearInterval: () => undefined,
      clearWatch: () => undefined,
      clearTimeout: () => undefined,
      load: () => {
        this.restart();
      },
      require: () => this.#storageModule(),
      E: { CRC32: (text: string) => crc32(Buffer.from(text, "latin1")) },
      getTime: () => this.now() + this.clockError,
      BTN1: "BTN1",
      g: { asImage: () => ({ buffer: this.machine!.frame().bytes }) },
      global: { "\xff": { watches: [undefined, this.#watch()] } },
    };
    try {
      runInNewContext(script, globals);
    } catch (error) {
      if (error instanceof FlashError) return Promise.reject(error);
      output += `Uncaught ${(error as Error).name}: ${(error as Error).message}`;
    }
    return Promise.resolve().then(() => ({ value: parseReport(output), at: this.now() }));
  };

  restart(): void {
    const clock = new VirtualClock(this.now() + this.clockError);
    this.machine = new Machine(BOARD_MODELS.pixljs!, this.storage, clock);
  }

  #watch() {
    return {
      pin: "BTN1",
      cb: ({ state }: { state: boolean }) => {
        this.machine!.buttons.set("BTN1", state);
        this.machine!.clock.advance(0.03);
      },
    };
  }

  #storageModule() {
    return {
      erase: (name: string) => {
        this.storage.erase(name);
      },
      read: (name: string) => Buffer.from(this.storage.bytes(name)!).toString("latin1"),
      write: (name: string, text: string, offset: number, size?: number) => {
        const file = this.storage.bytes(name);
        const bytes = size === undefined ? file! : new Uint8Array(size).fill(0xff);
        bytes.set(Buffer.from(text, "latin1"), offset);
        this.storage.write(name, this.corrupt(name, bytes));
      },
    };
  }
}
