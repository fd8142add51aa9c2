import type { Frame } from "./frame.js";

/**
 * Espruino's Graphics on a one-bit display, for the primitives the device program draws with.
 * Equal to the interpreter's own to the pixel; test/frames holds the proof.
 * Semantics: https://www.espruino.com/Reference#Graphics
 */
export class Graphics {
  readonly #bytes: Uint8Array;
  #font = { bitmap: "", first: 0, width: 0, height: 0, scale: 1 };
  #ink = true;
  #paper = false;
  /** Sends the drawn picture to the display. */
  flip: () => void = () => undefined;

  /** Whether a byte holds eight pixels one below the other, the top one in bit 0. */
  readonly vertical: boolean;
  readonly #drawn: (pixels: number) => void;

  /** @param drawn told of each drawing: how many pixels it was */
  constructor(
    readonly width: number,
    readonly height: number,
    {
      vertical = false,
      drawn = () => undefined,
    }: { readonly vertical?: boolean; readonly drawn?: (pixels: number) => void } = {},
  ) {
    this.vertical = vertical;
    this.#drawn = drawn;
    this.#bytes = new Uint8Array((width * height) / 8);
  }

  /** The drawn picture's own memory, as the program sees it. */
  get buffer(): ArrayBufferLike {
    return this.#bytes.buffer;
  }

  /** A copy of what has been drawn. */
  snapshot(): Frame {
    const { width, height } = this;
    const bytes = this.vertical ? rowsOf(this.#bytes, width, height) : this.#bytes.slice();
    return { width, height, bytes };
  }

  /** The picture as an image, row by row; Espruino leaves out `bpp` where it is 1. */
  asImage(): object {
    const { width, height, bytes } = this.snapshot();
    return { width, height, buffer: bytes.buffer };
  }

  /** A colour of one bit: its lowest. */
  setColor(colour: number): this {
    this.#ink = (colour & 1) === 1;
    return this;
  }

  setBgColor(colour: number): this {
    this.#paper = (colour & 1) === 1;
    return this;
  }

  clear(): this {
    return this.clearRect(0, 0, this.width - 1, this.height - 1);
  }

  fillRect(x1: number, y1: number, x2: number, y2: number): this {
    return this.#rectangle(x1, y1, x2, y2, this.#ink);
  }

  clearRect(x1: number, y1: number, x2: number, y2: number): this {
    return this.#rectangle(x1, y1, x2, y2, this.#paper);
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
        this.fillRect(px, py, px + scale - 1, py + scale - 1);
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
    this.#drawn(Math.max(0, right - left + 1) * Math.max(0, bottom - top + 1));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) this.#set(x, y, set);
    }
    return this;
  }

  #set(x: number, y: number, set: boolean): void {
    const bit = x + y * this.width;
    const index = this.vertical ? x + (y >> 3) * this.width : bit >> 3;
    const mask = this.vertical ? 1 << (y & 7) : 0x80 >> (bit & 7);
    if (set) this.#bytes[index]! |= mask;
    else this.#bytes[index]! &= ~mask;
  }
}

/** A picture kept in vertical bytes, row by row instead. */
export function rowsOf(vertical: Uint8Array, width: number, height: number): Uint8Array {
  const rows = new Uint8Array((width * height) / 8);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!(vertical[x + (y >> 3) * width]! & (1 << (y & 7)))) continue;
      const bit = x + y * width;
      rows[bit >> 3]! |= 0x80 >> (bit & 7);
    }
  }
  return rows;
}
