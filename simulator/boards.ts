import type { Frame } from "./frame.js";
import { Graphics } from "./graphics.js";
import type { HashName } from "./hash.js";
import { Ssd1306 } from "./ssd1306.js";

/** What a board's own globals do to its hardware. */
export interface Hardware {
  /** Told of each drawing in the program's picture: how many pixels it was. */
  readonly drawn: (pixels: number) => void;
  /** Sends a picture to the display. */
  readonly show: (frame: Frame) => void;
  readonly power: (on: boolean) => void;
  /** Percent, 0 to 100. */
  readonly battery: () => number;
}

/** A board as its program meets it. */
export interface BoardModel {
  readonly name: string;
  /** What Espruino calls it, or them, in `process.env.BOARD`. */
  readonly espruinoBoards: readonly string[];
  /** What it is, for people. */
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** Whether a set pixel is light on dark; the other way round where it is not said. */
  readonly litOnDark?: boolean;
  readonly buttons: readonly string[];
  /** The hashes its `crypto` module has natively. */
  readonly hashes: readonly HashName[];
  /** The clock's declared error, parts per million. */
  readonly clockPpm: number;
  /** What its battery is, for people. */
  readonly power: string;
  /** The versions of Espruino its image was compared on. */
  readonly espruino: readonly string[];
  /** Whether nothing but the radio leads to its console. */
  readonly radioConsole?: boolean;
  /** How whoever holds it reads its seed past the lock, without any tool; absent where there is no such way. */
  readonly wayPastLock?: string;
  /** The globals only this board has. */
  readonly globals: (hardware: Hardware) => Record<string, unknown>;
}

const ignore = (): void => undefined;

/** The display's Graphics instance of a board that has one built in. */
function display(width: number, height: number, hardware: Hardware): Graphics {
  const graphics = new Graphics(width, height, { drawn: hardware.drawn });
  graphics.flip = () => {
    hardware.show(graphics.snapshot());
  };
  return graphics;
}

const pixljs: BoardModel = {
  name: "pixljs",
  espruinoBoards: ["PIXLJS"],
  title: "Pixl.js, its own LCD", // https://www.espruino.com/Pixl.js
  width: 128,
  height: 64,
  buttons: ["BTN1", "BTN2", "BTN3", "BTN4"],
  hashes: ["SHA1"],
  clockPpm: 500,
  power: "CR2032",
  espruino: ["2v29"],
  globals: (hardware) => ({
    g: display(128, 64, hardware),
    Pixl: { setLCDPower: hardware.power },
    Bluetooth: { setConsole: ignore },
    NRF: { sleep: ignore },
    E: { getBattery: hardware.battery, getConsole: () => "Terminal" },
  }),
};

const banglejs2: BoardModel = {
  name: "banglejs2",
  espruinoBoards: ["BANGLEJS2"],
  title: "Bangle.js 2 watch", // https://www.espruino.com/Bangle.js2
  width: 176,
  height: 176,
  litOnDark: true,
  buttons: ["BTN1"],
  hashes: ["SHA1", "SHA256", "SHA512"],
  radioConsole: true,
  wayPastLock: "the button held at start skips the lock",
  clockPpm: 50,
  power: "175 mAh, charged over its cable",
  espruino: ["2v29"],
  globals: (hardware) => ({
    g: display(176, 176, hardware),
    Bangle: { setLCDPower: hardware.power, setOptions: ignore },
    Bluetooth: { setConsole: ignore },
    NRF: { sleep: ignore },
    E: { getBattery: hardware.battery, getConsole: () => "Terminal" },
  }),
};

const ssd1306: BoardModel = {
  name: "ssd1306",
  espruinoBoards: ["PICO_R1_3", "ESP32"],
  title: "Espruino Pico or ESP32 with an SSD1306 OLED over I2C",
  width: 128,
  height: 64,
  litOnDark: true,
  buttons: ["BTN1"],
  hashes: ["SHA1", "SHA256"],
  clockPpm: 50,
  power: "as built",
  espruino: ["2v29"],
  globals: (hardware) => {
    const controller = new Ssd1306();
    hardware.power(controller.on);
    const writeTo = (address: number, data: ArrayLike<number>): void => {
      const { on } = controller;
      const isPicture = controller.write(address, data);
      if (controller.on !== on) hardware.power(controller.on);
      if (isPicture) hardware.show(controller.frame());
    };
    return {
      I2C1: { setup: ignore, writeTo },
      B6: {},
      B7: {},
      USB: { setConsole: ignore },
      E: {},
      process: { env: { BOARD: "PICO_R1_3" } },
    };
  },
};

/** The boards by name. */
export const BOARD_MODELS: Readonly<Record<string, BoardModel>> = { pixljs, banglejs2, ssd1306 };

/** The board of a name; undefined where there is none. */
export function boardModel(name: string): BoardModel | undefined {
  return Object.hasOwn(BOARD_MODELS, name) ? BOARD_MODELS[name] : undefined;
}
