import { BOARD_MODELS } from "../../simulator/boards.js";
import { VirtualClock } from "../../simulator/clock.js";
import { displayOf } from "../../simulator/display.js";
import { boardFrame } from "../../simulator/frame.js";
import { readFrame } from "../../simulator/reader.js";
import { SimulatedToken } from "../../simulator/token.js";
import { PERIOD } from "../seedfile/seed.js";
import { pressScript, type Look } from "./board-scripts.js";
import { checkClock, clockOffset } from "./board-clock.js";
import { type BenchConsole, FlashError } from "./espruino-tools.js";

/** What a board is compared with. */
export interface Expected {
  readonly board: string;
  readonly image: Uint8Array;
  /** The seed's record, valid at all times. */
  readonly record: Uint8Array;
}

/**
 * Presses the board's button and compares two successive codes on its display with those the same
 * image and record show in the simulator, and its clock with ours.
 * @throws FlashError where the display or the clock is not as it should be
 */
export async function readBack(expected: Expected, board: BenchConsole): Promise<void> {
  const { value } = await board.run(pressScript(expected.board, PERIOD));
  const looks = value as readonly [Look, Look];
  for (const shown of looks) checkCode(expected, shown);
  if (Math.floor(looks[1].before / PERIOD) === Math.floor(looks[0].before / PERIOD)) {
    throw new FlashError("read back", "the clock cannot be set");
  }
  checkClock("read back", await clockOffset(board));
}

function checkCode({ board, image, record }: Expected, shown: Look): void {
  const picture = Buffer.from(shown.frame, "base64");
  const reading = readFrame(boardFrame(BOARD_MODELS[board]!, picture, shown.bpp));
  if (reading.kind !== "code") {
    const text = reading.kind === "text" ? reading.lines.join(" ").trim() : reading.kind;
    throw new FlashError("read back", `the display shows ${text}`);
  }
  // The minute may have turned in between.
  const codes = [shown.before, shown.after].map((time) => {
    // In the middle of the minute: pressing takes a moment, which must not turn it.
    const clock = new VirtualClock((Math.floor(time / PERIOD) + 0.5) * PERIOD);
    const token = new SimulatedToken({ board, image, record, clock });
    token.press();
    return displayOf(token).code;
  });
  if (!codes.includes(reading.code)) {
    throw new FlashError("read back", "the display does not show the seed's code");
  }
}
