import { RECORD_FILE } from "../firmware/otp/record.js";
import { boardModel } from "./boards.js";
import type { VirtualClock } from "./clock.js";
import type { Frame } from "./frame.js";
import { IMAGE_FILE, Machine } from "./machine.js";
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
  readonly clock: VirtualClock;
}

/** A token in the hand: it has buttons to press and a display to look at. */
export class SimulatedToken {
  readonly machine: Machine;

  /** @throws RangeError for a board that is not known */
  constructor({ board, image, record, clock }: TokenParts) {
    const model = boardModel(board);
    if (!model) throw new RangeError(`no board is named ${board}`);
    const storage = new Storage();
    storage.write(IMAGE_FILE, image);
    if (record) storage.write(RECORD_FILE, record);
    this.machine = new Machine(model, storage, clock);
  }

  /**
   * Presses a button, holds it and lets it go. Time passes meanwhile.
   * @param seconds how long it is held
   * @throws RangeError for a button the board does not have
   */
  press(button: string = WAKE_BUTTON, seconds: number = SHORT_PRESS): void {
    this.machine.buttons.set(button, true);
    this.machine.clock.advance(seconds);
    this.machine.buttons.set(button, false);
    this.machine.clock.advance(SHORT_PRESS);
  }

  frame(): Frame {
    return this.machine.frame();
  }
}
