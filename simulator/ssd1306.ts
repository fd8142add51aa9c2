import { type Frame } from "./frame.js";
import { rowsOf } from "./graphics.js";

const WIDTH = 128;
const HEIGHT = 64;
const ADDRESS = 0x3c;

/** How many bytes follow a command; SSD1306 datasheet section 9. Those not listed have none. */
const ARGUMENTS: Readonly<Record<number, number>> = {
  0x20: 1,
  0x21: 2,
  0x22: 2,
  0x81: 1,
  0x8d: 1,
  0xa8: 1,
  0xd3: 1,
  0xd5: 1,
  0xd9: 1,
  0xda: 1,
  0xdb: 1,
};

/** An SSD1306 display controller at the other end of an I2C bus, in its horizontal addressing mode. */
export class Ssd1306 {
  readonly #memory = new Uint8Array((WIDTH * HEIGHT) / 8);
  #pending: number[] = [];
  #at = 0;
  on = false;

  /**
   * A transfer: a control byte, then commands or the picture's bytes.
   * @returns whether it changed the picture
   */
  write(address: number, data: ArrayLike<number>): boolean {
    if (address !== ADDRESS) return false;
    const [control, ...bytes] = Array.from(data);
    for (const byte of bytes) {
      if (control === 0x40) this.#memory[this.#at++ % this.#memory.length] = byte;
      else this.#command(byte);
    }
    return control === 0x40;
  }

  /** What the controller's memory holds. */
  frame(): Frame {
    return { width: WIDTH, height: HEIGHT, bytes: rowsOf(this.#memory, WIDTH, HEIGHT) };
  }

  #command(byte: number): void {
    this.#pending.push(byte);
    const [command, ...given] = this.#pending;
    if (given.length < (ARGUMENTS[command!] ?? 0)) return;
    if (command === 0xae || command === 0xaf) this.on = command === 0xaf;
    if (command === 0x21) this.#at = given[0]! + Math.floor(this.#at / WIDTH) * WIDTH;
    if (command === 0x22) this.#at = given[0]! * WIDTH + (this.#at % WIDTH);
    this.#pending = [];
  }
}
