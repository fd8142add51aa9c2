import { readFrame } from "../reader.js";
import { readingText } from "../display.js";
import type { FleetToken } from "../fleet-token.js";
import type { Frame } from "../frame.js";
import type { Driver } from "../scenario/driver.js";
import { type DeviceDriver, pressOn } from "./device-driver.js";

/**
 * Drives a real board and a simulated token of the same seed side by side, the simulation by the board's
 * clock, and notes wherever their displays differ.
 */
export class PairedDriver implements Driver {
  /** What the two showed where they did not agree. */
  readonly disagreements: string[] = [];

  constructor(
    readonly device: DeviceDriver,
    readonly token: FleetToken,
  ) {}

  async press(button: string, seconds?: number): Promise<void> {
    await pressOn(this, button, seconds);
  }

  async hold(button: string): Promise<void> {
    await this.#follow();
    this.token.device.hold(button);
    await this.device.hold(button);
  }

  async release(button: string): Promise<void> {
    await this.#follow();
    this.token.device.release(button);
    await this.device.release(button);
  }

  async advance(seconds: number): Promise<void> {
    await this.device.advance(seconds);
    await this.#follow();
  }

  fault(): Promise<void> {
    return this.device.fault();
  }

  /** The board's picture; a second may turn while it is read, so both of its sides are looked at. */
  async frame(): Promise<Frame> {
    const { frame, before, after } = await this.device.look();
    const simulated = [before, after].map((time) => {
      this.#moveTo(time);
      return this.token.frame();
    });
    if (!simulated.some(({ bytes }) => Buffer.compare(bytes, frame.bytes) === 0)) {
      const [board, token] = [frame, simulated[1]!].map((each) => readingText(readFrame(each)));
      const told = `the board ${JSON.stringify(board)}, the simulation ${JSON.stringify(token)}`;
      this.disagreements.push(`at ${String(after)} ${told}`);
    }
    return frame;
  }

  async #follow(): Promise<void> {
    this.#moveTo(await this.device.clock());
  }

  #moveTo(time: number): void {
    const { clock } = this.token.time;
    clock.advanceTo(time);
  }
}
