import { PNG } from "pngjs";
import { type Frame, pixel } from "../../simulator/frame.js";

const COLUMNS = 6;
const GAP = 8;
const SCALE = 2;

/** All frames in one picture, to be looked at before they are recorded. */
export function contactSheet(frames: readonly Frame[]): Buffer {
  const { width, height } = frames[0]!;
  const cell = { width: width * SCALE + GAP, height: height * SCALE + GAP };
  const rows = Math.ceil(frames.length / COLUMNS);
  const columns = Math.min(COLUMNS, frames.length);
  const png = new PNG({ width: columns * cell.width + GAP, height: rows * cell.height + GAP });
  png.data.fill(0x80);
  for (const [index, frame] of frames.entries()) {
    const left = GAP + (index % COLUMNS) * cell.width;
    const top = GAP + Math.floor(index / COLUMNS) * cell.height;
    for (let y = 0; y < height * SCALE; y++) {
      for (let x = 0; x < width * SCALE; x++) {
        const ink = pixel(frame, Math.floor(x / SCALE), Math.floor(y / SCALE)) ? 0x20 : 0xff;
        png.data.fill(
          ink,
          (left + x + (top + y) * png.width) * 4,
          (left + x + (top + y) * png.width) * 4 + 3,
        );
      }
    }
  }
  for (let i = 3; i < png.data.length; i += 4) png.data[i] = 0xff;
  return PNG.sync.write(png, { colorType: 0 });
}
