import { BOARD_MODELS } from "../../simulator/boards.js";
import { VirtualClock } from "../../simulator/clock.js";
import { displayOf } from "../../simulator/display.js";
import { readFrame } from "../../simulator/reader.js";
import { SimulatedToken } from "../../simulator/token.js";
import { pressScript, type Shown } from "./board-scripts.js";
import { FlashError, type RunOnBoard } from "./espruino-tools.js";

/** Seconds the clock may be off: the tools set it a moment late. */
const CLOCK_TOLERANCE = 2;

/** What a board is compared with. */
export interface Expected {
  readonly board: string;
  readonly image: Uint8Array;
  readonly record: Uint8Array;
}

/**
 * Presses the board's button and compares two successive codes on its display with those the same
 * image and record show in the simulator.
 * @returns the seconds the board's clock is ahead
 * @throws FlashError where the display or the clock is not as it should be
 */
export async function readBack(expected: Expected, run: RunOnBoard): Promise<number> {
  const period = expected.record[6]!; // seconds; the record's layout stands in otp/record.ts
  const { value, at } = await run(pressScript(expected.board, period));
  const { looks, time } = value as { looks: readonly [Shown, Shown]; time: number };
  for (const shown of looks) checkCode(expected, shown);
  if (Math.floor(looks[1].before / period) === Math.floor(looks[0].before / period)) {
    throw new FlashError("read back", "the clock cannot be set");
  }
  const clockError = time - at;
  if (Math.abs(clockError) <= CLOCK_TOLERANCE) return clockError;
  throw new FlashError("read back", `the clock is ${clockError.toFixed(3)} s off`);
}

function checkCode({ board, image, record }: Expected, shown: Shown): void {
  const { width, height } = BOARD_MODELS[board]!;
  const picture = Buffer.from(shown.frame, "base64");
  const bytes = oneBit(picture, shown.bpp ?? 1, width * height);
  const reading = readFrame({ width, height, bytes });
  if (reading.kind !== "code") {
    const text = reading.kind === "text" ? reading.lines.join(" ").trim() : reading.kind;
    throw new FlashError("read back", `the display shows ${text}`);
  }
  // The minute may have turned in between.
  const codes = [shown.before, shown.after].map((time) => {
    const token = new SimulatedToken({ board, image, record, clock: new VirtualClock(time) });
    token.press();
    return displayOf(token).code;
  });
  if (!codes.includes(reading.code)) {
    throw new FlashError("read back", "the display does not show the seed's code");
  }
}

/** A picture of several bits a pixel as one of one bit: whatever is not 0 is ink. */
function oneBit(picture: Uint8Array, bitsPerPixel: number, pixels: number): Uint8Array {
  if (bitsPerPixel === 1) return picture;
  const bytes = new Uint8Array(pixels / 8);
  for (let bit = 0; bit < pixels * bitsPerPixel; bit++) {
    const pixel = Math.floor(bit / bitsPerPixel);
    if (picture[bit >> 3]! & (0x80 >> (bit & 7))) bytes[pixel >> 3]! |= 0x80 >> (pixel & 7);
  }
  return bytes;
}
