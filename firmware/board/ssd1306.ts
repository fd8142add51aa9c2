import { smallFace } from "../app/face.js";
import type { Board } from "./board.js";
import { after, cancel, counters, memory, penOf, silence, watchButton } from "./espruino.js";

const ADDRESS = 0x3c; // SSD1306 datasheet section 8.1.5, with SA0 low
const COMMANDS = 0x00; // control byte, section 8.1.5.2
const DATA = 0x40;

/** Section 8.5 and the application note: 64 rows, charge pump on, horizontal addressing, display off. */
const START = [
  0xae, 0xd5, 0x80, 0xa8, 63, 0xd3, 0, 0x40, 0x8d, 0x14, 0x20, 0, 0xa1, 0xc8, 0xda, 0x12, 0x81,
  0xcf, 0xd9, 0xf1, 0xdb, 0x40, 0xa4, 0xa6,
];
const WHOLE = [0x21, 0, 127, 0x22, 0, 7]; // columns and pages, sections 10.1.4 and 10.1.5
const PIECE = 64; // bytes of the picture a transfer

function command(bytes: number[]): void {
  for (let i = 0; i < bytes.length; i++) I2C1.writeTo(ADDRESS, [COMMANDS, bytes[i]!]);
}

silence();
// The pins of the two families; any other board of theirs has I2C1 where its maker put it.
if (process.env.BOARD === "PICO_R1_3") {
  // Unplugged, a Pico would move its console to these very pins.
  USB.setConsole(true);
  I2C1.setup({ scl: B6, sda: B7, bitrate: 400000 });
} else {
  I2C1.setup({ scl: D22, sda: D21, bitrate: 400000 });
}
command(START);

const graphics = Graphics.createArrayBuffer(128, 64, 1, { vertical_byte: true, msb: false });
const picture = new Uint8Array(graphics.buffer);
// Where every board has its display, also for the bench to read.
global.g = graphics;

/** Any board with native SHA-1 and an SSD1306 display of 128x64 pixels over I2C. */
export const board: Board = {
  memory: memory,
  counters: counters,
  pen: penOf(graphics),
  face: smallFace,
  flip: () => {
    command(WHOLE);
    const piece = new Uint8Array(PIECE + 1);
    piece[0] = DATA;
    for (let at = 0; at < picture.length; at += PIECE) {
      piece.set(new Uint8Array(picture.buffer, at, PIECE), 1);
      I2C1.writeTo(ADDRESS, piece);
    }
  },
  power: (on) => {
    command([on ? 0xaf : 0xae]);
  },
  clock: getTime,
  after: after,
  cancel: cancel,
  onButton: (handler) => {
    watchButton(BTN1, handler);
  },
};
