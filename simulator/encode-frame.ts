import { PNG } from "pngjs";
import { type Frame, pixel } from "./frame.js";

/** The ways to write a frame down. */
export const FRAME_FORMATS = {
  png: (frame: Frame) => encodePng(frame),
  pbm: (frame: Frame) => encodePbm(frame),
  text: (frame: Frame) => Buffer.from(encodeText(frame)),
} as const;
export type FrameFormat = keyof typeof FRAME_FORMATS;

/** Dark on the grey-green of an LCD. */
const PAPER = Buffer.from("c8d4b8ff", "hex");
const INK = Buffer.from("1c2418ff", "hex");

/** One pixel of the display is one pixel of the picture. */
function encodePng(frame: Frame): Buffer {
  const png = new PNG({ width: frame.width, height: frame.height });
  const colours = [PAPER, INK];
  for (let y = 0; y < frame.height; y++) {
    for (let x = 0; x < frame.width; x++) {
      colours[Number(pixel(frame, x, y))]!.copy(png.data, (x + y * frame.width) * 4);
    }
  }
  return PNG.sync.write(png);
}

/** The frame of a PNG file that was made here; undefined where it is not one. */
export function decodePng(file: Uint8Array): Frame | undefined {
  let png: PNG;
  try {
    png = PNG.sync.read(Buffer.from(file));
  } catch {
    return undefined;
  }
  const { width, height, data } = png;
  if ((width * height) % 8 !== 0) return undefined;
  const bytes = new Uint8Array((width * height) / 8);
  for (let bit = 0; bit < width * height; bit++) {
    const colour = data.subarray(bit * 4, bit * 4 + 4);
    if (colour.equals(INK)) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
    else if (!colour.equals(PAPER)) return undefined;
  }
  return { width, height, bytes };
}

/** Raw PBM, whose bits are the frame's own. https://netpbm.sourceforge.net/doc/pbm.html */
function encodePbm(frame: Frame): Buffer {
  const header = `P4\n${String(frame.width)} ${String(frame.height)}\n`;
  return Buffer.concat([Buffer.from(header), frame.bytes]);
}

/** Two rows of pixels a line of text, in half blocks. */
function encodeText(frame: Frame): string {
  let text = "";
  for (let y = 0; y < frame.height; y += 2) {
    let line = "";
    for (let x = 0; x < frame.width; x++) {
      line += " ▀▄█"[Number(pixel(frame, x, y)) + 2 * Number(pixel(frame, x, y + 1))]!;
    }
    text += `${line.trimEnd()}\n`;
  }
  return text;
}
