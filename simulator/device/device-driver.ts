import { InputError } from "../../firmware/seedfile/input-error.js";
import type { BoardModel } from "../boards.js";
import { boardFrame, type Frame } from "../frame.js";
import type { Driver } from "../scenario/driver.js";
import type { BoardConsole } from "./board-console.js";

const SHORT_PRESS = 0.1; // seconds

/** Presses a button as a finger does, and waits until it is seen to be up. */
export async function pressOn(
  driver: Pick<Driver, "hold" | "release" | "advance">,
  button: string,
  seconds = SHORT_PRESS,
): Promise<void> {
  await driver.hold(button);
  await driver.advance(seconds);
  await driver.release(button);
  await driver.advance(SHORT_PRESS);
}

/** A look at a board's display, and its clock just before and after, Unix seconds. */
export interface Look {
  readonly frame: Frame;
  readonly before: number;
  readonly after: number;
}

/** Drives a real board: calls its program's own button watches, and reads its Graphics. */
export class DeviceDriver implements Driver {
  constructor(
    readonly board: BoardConsole,
    readonly model: BoardModel,
  ) {}

  async press(button: string, seconds?: number): Promise<void> {
    await pressOn(this, button, seconds);
  }

  async hold(button: string): Promise<void> {
    await this.#move(button, true);
  }

  async release(button: string): Promise<void> {
    await this.#move(button, false);
  }

  async advance(seconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }

  fault(): Promise<void> {
    return Promise.reject(new InputError("fault", "cannot be done to a real board"));
  }

  async frame(): Promise<Frame> {
    return (await this.look()).frame;
  }

  async look(): Promise<Look> {
    const value = await this.board.ask(
      "(function(){var b=getTime(),i=g.asImage();return [b,btoa(i.buffer),i.bpp||1,getTime()]})()",
    );
    const [before, picture, bits, after] = value as [number, string, number, number];
    const frame = boardFrame(this.model, Buffer.from(picture, "base64"), bits);
    return { frame, before, after };
  }

  async clock(): Promise<number> {
    return (await this.board.ask("getTime()")) as number;
  }

  async #move(button: string, down: boolean): Promise<void> {
    if (!this.model.buttons.includes(button)) {
      throw new InputError("button", `must be one of ${this.model.buttons.join(", ")}`);
    }
    const event = `{state:${String(down)},time:getTime(),lastTime:getTime()}`;
    const called = await this.board.ask(
      `(function(){var n=0;global["\\xff"].watches.forEach(function(w){if(w&&w.pin==${button}){n++;w.cb(${event});}});return n})()`,
    );
    if (called === 0) throw new InputError("--device", "no token's program runs on the board");
  }
}
