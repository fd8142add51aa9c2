import { PNG } from "pngjs";
import { type Frame, pixel } from "./frame.js";

/** The ways to write a frame down. */
export const FRAME_FORMATS = {
  png: (frame: Frame) => encodePng(frame),
  pbm: (frame: Frame) => encodePbm(frame),
  text: (frame: Frame) => Buffer.from(encodeText(frame)),
} as const;
export type FrameFormat = keyof typeof FRAME_FORMATS;

/** One pixel of the display is one pixel of the picture: dark on the grey-green of an LCD. */
function encodePng(frame: Frame): Buffer {
  const png = new PNG({ width: frame.width, height: frame.height });
  const colours = [Buffer.from("c8d4b8ff", "hex"), Buffer.from("1c2418ff", "hex")];
  for (let y = 0; y < frame.height; y++) {
    for (let x = 0; x < frame.width; x++) {
      colours[Number(pixel(frame, x, y))]!.copy(png.data, (x + y * frame.width) * 4);
    }
  }
  return PNG.sync.write(png);
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
