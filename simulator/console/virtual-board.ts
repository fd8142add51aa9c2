import type { BoardModel } from "../boards.js";
import { VirtualClock } from "../clock.js";
import { DeviceClock } from "../device-clock.js";
import { Machine } from "../machine.js";
import { Storage } from "../storage.js";

/** Characters of a line that a locked console looks at. */
const PASSWORD_MAX = 20;

/**
 * A board on the bench: blank at first, with the console through which it is flashed. After a
 * restart it runs what has been stored.
 */
export class VirtualBoard {
  readonly storage = new Storage();
  readonly clock: VirtualClock;
  machine: Machine;
  /** What the console has printed since it was last taken. */
  #printed = "";
  #restart = false;
  readonly #clock: DeviceClock;

  /** @param wall the real time, Unix seconds */
  constructor(
    readonly model: BoardModel,
    readonly wall: () => number,
  ) {
    this.clock = new VirtualClock(wall());
    // A board just powered on stands at 1970.
    this.#clock = new DeviceClock(this.clock);
    this.#clock.set(0);
    this.machine = this.#boot();
  }

  /** Starts the stored program anew; the clock goes on. */
  restart(): void {
    this.machine = this.#boot();
  }

  /** Takes a line typed at the console. @returns what the console answers, its prompt included */
  type(line: string): string {
    if (!this.machine.locked) return `${this.evaluate(line)}${this.prompt}`;
    const answer = this.machine.logIn(line.slice(0, PASSWORD_MAX))
      ? "Logged in."
      : "Invalid password";
    return `\r\n  ${answer}\r\n${this.prompt}`;
  }

  get prompt(): string {
    return this.machine.locked ? "password>" : ">";
  }

  /** Runs one statement. @returns what it printed, an error included */
  evaluate(statement: string): string {
    this.clock.advanceTo(this.wall());
    try {
      this.machine.evaluate(statement);
    } catch (error) {
      this.#complain(error);
    }
    if (this.#restart) {
      this.#restart = false;
      this.restart();
    }
    const printed = this.#printed;
    this.#printed = "";
    return printed;
  }

  #boot(): Machine {
    return new Machine(this.model, this.storage, this.#clock, {
      globals: this.#globals(),
      onError: (error) => {
        this.#complain(error);
      },
    });
  }

  #complain(error: unknown): void {
    const { name, message } = error as Error;
    this.#printed += `Uncaught ${name}: ${message}\r\n`;
  }

  /** What the console's users call, beside what the board's program uses. */
  #globals(): Record<string, unknown> {
    return {
      print: (...values: unknown[]) => {
        this.#printed += `${values.map(String).join(" ")}\r\n`;
      },
      btoa: (data: string | ArrayBuffer) =>
        (typeof data === "string" ? Buffer.from(data, "latin1") : Buffer.from(data)).toString(
          "base64",
        ),
      setTime: (time: number) => {
        this.#clock.set(time);
      },
      clearInterval: ignore,
      clearWatch: ignore,
      load: () => {
        this.#restart = true;
      },
      process: {
        env: { BOARD: this.model.espruinoBoards[0], VERSION: this.model.espruino[0] },
      },
      E: {
        setTimeZone: ignore,
      },
      "\xff": this.#internals(),
    };
  }

  #internals(): object {
    const watches = (): object[] =>
      this.machine.buttons.watched.map(({ pin, handler }) => ({ pin, cb: handler }));
    return Object.defineProperty({}, "watches", { get: watches });
  }
}

const ignore = (): void => undefined;
