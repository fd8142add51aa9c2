import { InputError } from "../firmware/seedfile/input-error.js";
import type { SimulatedToken } from "./token.js";

/** One press of a button. */
export interface Press {
  readonly button: string;
  /** How long it is held, in seconds; undefined for a short press. */
  readonly seconds: number | undefined;
}

/** No finger presses longer than a minute's test needs. */
const LONGEST = 600;

/**
 * Presses as the command line writes them: `BTN1`, `BTN1:2` (held two seconds), `BTN1:2,BTN1`, or
 * `none`.
 * @throws InputError
 */
export function parsePresses(text: string): Press[] {
  if (text === "none") return [];
  return text.split(",").map((press) => {
    const [, button, seconds] = /^([A-Z0-9]+)(?::(\d+(?:\.\d+)?))?$/.exec(press) ?? [];
    if (button === undefined || Number(seconds ?? 0) > LONGEST) {
      throw new InputError("--press", "must look like BTN1, BTN1:2 (seconds) or none");
    }
    return { button, seconds: seconds === undefined ? undefined : Number(seconds) };
  });
}

/**
 * Presses one after the other.
 * @throws InputError for a button the board does not have
 */
export function pressAll(token: SimulatedToken, presses: readonly Press[]): void {
  for (const { button, seconds } of presses) {
    const { buttons, name } = token.machine.model;
    if (!buttons.includes(button)) {
      throw new InputError("--press", `${name} has the buttons ${buttons.join(", ")}`);
    }
    token.press(button, seconds);
  }
}
