import type { HashName } from "./hash.js";

/** What the hardware lets a board's own globals do. */
export interface Hardware {
  readonly displayPower: (on: boolean) => void;
}

/** A board as its program meets it. */
export interface BoardModel {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly buttons: readonly string[];
  /** The hashes its `crypto` module has natively. */
  readonly hashes: readonly HashName[];
  /** The globals only this board has. */
  readonly globals: (hardware: Hardware) => Record<string, unknown>;
}

/** The boards by name. https://www.espruino.com/Pixl.js */
export const BOARD_MODELS: Readonly<Record<string, BoardModel>> = {
  pixljs: {
    name: "pixljs",
    width: 128,
    height: 64,
    buttons: ["BTN1", "BTN2", "BTN3", "BTN4"],
    hashes: ["SHA1"],
    globals: (hardware) => ({
      Pixl: { setLCDPower: hardware.displayPower },
      Bluetooth: { setConsole: () => undefined },
    }),
  },
};
