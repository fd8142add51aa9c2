import type { Pen } from "../app/draw.js";
import type { Face } from "../app/face.js";
import type { Memory } from "../app/token.js";

/** What a token counts. */
export interface Counters {
  /** The button's presses. */
  presses: number;
  /** The codes computed. */
  codes: number;
}

/** All that the device program asks of a board. Each board is one file that fills this in. */
export interface Board {
  readonly memory: Memory;
  readonly counters: Counters;
  readonly pen: Pen;
  readonly face: Face;
  /** Sends what was drawn to the display. */
  readonly flip: () => void;
  readonly power: (on: boolean) => void;
  /** Unix seconds with a fraction, as the board's clock has them. */
  readonly clock: () => number;
  readonly after: (milliseconds: number, handler: () => void) => number;
  readonly cancel: (timer: number) => void;
  readonly onButton: (handler: (down: boolean) => void) => void;
}
