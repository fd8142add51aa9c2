import type { Frame } from "./frame.js";

/**
 * Espruino's Graphics on a one-bit display, for the primitives the device program draws with.
 * Equal to the interpreter's own to the pixel; test/frames holds the proof.
 * Semantics: https://www.espruino.com/Reference#Graphics
 */
export class Graphics {
  readonly #bytes: Uint8Array;
  #font = { bitmap: "", first: 0, width: 0, height: 0, scale: 1 };
  /** Sends the drawn picture to the display. */
  flip: () => void = () => undefined;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.#bytes = new Uint8Array((width * height) / 8);
  }

  /** A copy of what has been drawn. */
  snapshot(): Frame {
    return { width: this.width, height: this.height, bytes: this.#bytes.slice() };
  }

  clear(): this {
    this.#bytes.fill(0);
    return this;
  }

  fillRect(x1: number, y1: number, x2: number, y2: number): this {
    return this.#rectangle(x1, y1, x2, y2, true);
  }

  clearRect(x1: number, y1: number, x2: number, y2: number): this {
    return this.#rectangle(x1, y1, x2, y2, false);
  }

  /** @param height the height in pixels in bits 0 to 7, the scale factor in bits 8 to 15 */
  setFontCustom(bitmap: string, first: number, width: number, height: number): this {
    this.#font = { bitmap, first, width, height: height & 255, scale: (height >> 8) & 255 || 1 };
    return this;
  }

  /** Draws in the custom font; pixels that are not set leave the picture as it was. */
  drawString(text: string, x: number, y: number): this {
    const { bitmap, first, width, height, scale } = this.#font;
    let left = Math.trunc(x);
    const top = Math.trunc(y);
    for (const character of text) {
      const start = width * height * (character.charCodeAt(0) - first);
      for (let bit = 0; bit < width * height; bit++) {
        const byte = bitmap.charCodeAt((start + bit) >> 3);
        if (!(byte & (0x80 >> ((start + bit) & 7)))) continue;
        const px = left + Math.floor(bit / height) * scale;
        const py = top + (bit % height) * scale;
        this.#rectangle(px, py, px + scale - 1, py + scale - 1, true);
      }
      left += width * scale;
    }
    return this;
  }

  /** Both corners are inside; they may come in any order, are truncated toward zero and clipped. */
  #rectangle(x1: number, y1: number, x2: number, y2: number, set: boolean): this {
    const left = Math.max(0, Math.trunc(Math.min(x1, x2)));
    const right = Math.min(this.width - 1, Math.trunc(Math.max(x1, x2)));
    const top = Math.max(0, Math.trunc(Math.min(y1, y2)));
    const bottom = Math.min(this.height - 1, Math.trunc(Math.max(y1, y2)));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const bit = x + y * this.width;
        const mask = 0x80 >> (bit & 7);
        if (set) this.#bytes[bit >> 3]! |= mask;
        else this.#bytes[bit >> 3]! &= ~mask;
      }
    }
    return this;
  }
}
