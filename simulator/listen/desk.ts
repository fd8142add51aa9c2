import { InputError } from "../../firmware/seedfile/input-error.js";
import type { Seed } from "../../firmware/seedfile/seed.js";
import { tokenRecord } from "../../firmware/seedfile/token-record.js";
import { VirtualClock } from "../clock.js";
import { type Display, displayOf } from "../display.js";
import { loadImage } from "../image.js";
import { LiveClock } from "../live.js";
import { SimulatedToken, WAKE_BUTTON } from "../token.js";

/** Seconds until a press is seen: the button's debounce, and a moment for the drawing. */
const SETTLE = 0.05;

/** Live tokens on one clock, by serial. */
export class Desk {
  readonly #tokens = new Map<string, SimulatedToken>();
  readonly #live: LiveClock;

  /**
   * @param start when the tokens' clocks were set, Unix seconds; the seed file's word where absent
   * @param wall the real time, Unix seconds
   */
  constructor(
    seeds: readonly Seed[],
    board: string,
    start: number | undefined,
    wall: () => number,
  ) {
    const clock = new VirtualClock(wall());
    const image = loadImage(board);
    for (const seed of seeds) {
      const token = new SimulatedToken({
        board,
        image,
        record: tokenRecord(seed, { start }),
        clock,
      });
      this.#tokens.set(seed.serial, token);
    }
    this.#live = new LiveClock(clock, wall);
  }

  get serials(): string[] {
    return [...this.#tokens.keys()];
  }

  /** The token of a serial, its clock at the present moment; undefined where none has it. */
  token(serial: string): SimulatedToken | undefined {
    return this.#live.now(() => this.#tokens.get(serial));
  }

  /**
   * Moves a button.
   * @throws InputError for a button the board does not have
   */
  move(token: SimulatedToken, button: string, down: boolean): void {
    if (!token.machine.model.buttons.includes(button)) {
      throw new InputError("button", `must be one of ${token.machine.model.buttons.join(", ")}`);
    }
    this.#live.now(() => {
      token.machine.buttons.set(button, down);
    });
  }

  /** Presses a button for a while and says what the display then shows. */
  async press(token: SimulatedToken, button = WAKE_BUTTON, seconds = SETTLE): Promise<Display> {
    this.move(token, button, true);
    await this.#live.wait(seconds);
    this.move(token, button, false);
    await this.#live.wait(SETTLE);
    return this.#live.now(() => displayOf(token));
  }

  /** Calls back at each change of a display. @returns how to stop */
  watch(serial: string, changed: () => void): () => void {
    return this.#tokens.get(serial)!.onDisplay(changed);
  }

  stop(): void {
    this.#live.stop();
  }
}
