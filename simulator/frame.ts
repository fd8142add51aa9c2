/** What a display shows: one bit a pixel, row by row, the leftmost pixel in a byte's highest bit. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** width * height / 8 bytes; a set bit is a pixel of ink: dark on an LCD, lit on an OLED. */
  readonly bytes: Uint8Array;
}

/** Whether a pixel is set; false outside the frame. */
export function pixel(frame: Frame, x: number, y: number): boolean {
  if (x < 0 || y < 0 || x >= frame.width || y >= frame.height) return false;
  const bit = x + y * frame.width;
  return ((frame.bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}

/** A frame of a display with columns that stay unlit. */
export function darkened(frame: Frame, columns: ReadonlySet<number> | undefined): Frame {
  if (!columns) return frame;
  const bytes = frame.bytes.slice();
  for (const x of columns) {
    for (let y = 0; y < frame.height; y++) {
      const bit = x + y * frame.width;
      bytes[bit >> 3]! &= ~(0x80 >> (bit & 7));
    }
  }
  return { ...frame, bytes };
}

/** A picture as a board's Graphics tells of it, of so many bits a pixel: whatever is not 0 is ink. */
export function boardFrame(
  { width, height }: Pick<Frame, "width" | "height">,
  picture: Uint8Array,
  bitsPerPixel = 1,
): Frame {
  if (bitsPerPixel === 1) return { width, height, bytes: picture };
  const bytes = new Uint8Array((width * height) / 8);
  for (let bit = 0; bit < width * height * bitsPerPixel; bit++) {
    const place = Math.floor(bit / bitsPerPixel);
    if (picture[bit >> 3]! & (0x80 >> (bit & 7))) bytes[place >> 3]! |= 0x80 >> (place & 7);
  }
  return { width, height, bytes };
}
