import { DIGIT, DIGITS, FACE } from "./face.js";
import { type Frame, pixel } from "./frame.js";
import { GLYPHS } from "./glyphs.js";
import { Graphics } from "./graphics.js";

/** What a person reads off a display. */
export type Reading =
  | { readonly kind: "code"; readonly code: string; readonly secondsLeft: number }
  | { readonly kind: "text"; readonly lines: readonly string[] }
  | { readonly kind: "blank" }
  | { readonly kind: "unreadable" };

/**
 * Reads a frame, and nothing but the frame. What was understood is drawn again and compared with
 * the whole frame: one pixel too many or too few anywhere makes it unreadable.
 */
export function readFrame(frame: Frame): Reading {
  if (frame.bytes.every((byte) => byte === 0)) return { kind: "blank" };
  for (const reading of [readCode(frame), readText(frame)]) {
    if (reading && Buffer.compare(redraw(frame, reading), frame.bytes) === 0) return reading;
  }
  return { kind: "unreadable" };
}

function readCode(frame: Frame): Reading | undefined {
  let code = "";
  for (const x of FACE.digits.x) {
    const lit = new Set<string>();
    eachSegmentPixel((segment, dx, dy) => {
      if (pixel(frame, x + dx, FACE.digits.y + dy)) lit.add(segment);
    });
    const digit = DIGITS[[...lit].sort().join("")];
    if (digit === undefined) return undefined;
    code += digit;
  }
  let secondsLeft = 0;
  while (pixel(frame, FACE.bar.x + secondsLeft * FACE.bar.perSecond, FACE.bar.y + FACE.bar.gap)) {
    secondsLeft++;
  }
  return { kind: "code", code, secondsLeft };
}

function readText(frame: Frame): Reading | undefined {
  const lines: string[] = [];
  for (const { x, y, scale } of FACE.lines) {
    let text = "";
    for (let left = x; left + 5 * scale <= frame.width; left += 6 * scale) {
      const rows = Array.from({ length: 7 }, (_, row) =>
        Array.from({ length: 5 }, (_, column) =>
          pixel(frame, left + column * scale, y + row * scale) ? "#" : ".",
        ).join(""),
      ).join("/");
      const glyph = GLYPHS.find(([, art]) => art === rows);
      if (!glyph) return undefined;
      text += glyph[0];
    }
    if (text.trim()) lines.push(text.trimEnd());
    else lines.push("");
  }
  return { kind: "text", lines };
}

/** The frame that would show a reading. */
function redraw(frame: Frame, reading: Reading): Uint8Array {
  const picture = new Graphics(frame.width, frame.height);
  if (reading.kind === "code") drawCode(picture, reading.code, reading.secondsLeft);
  if (reading.kind === "text") {
    for (const [row, line] of reading.lines.entries()) drawLine(picture, line, row);
  }
  return picture.snapshot().bytes;
}

function drawCode(picture: Graphics, code: string, secondsLeft: number): void {
  FACE.digits.x.forEach((x, place) => {
    const lit = Object.keys(DIGITS).find((segments) => DIGITS[segments] === code[place]) ?? "";
    eachSegmentPixel((segment, dx, dy) => {
      const [px, py] = [x + dx, FACE.digits.y + dy];
      if (lit.includes(segment)) picture.fillRect(px, py, px, py);
    });
  });
  const { x, y, height, perSecond, gap } = FACE.bar;
  const full = x + 60 * perSecond - 1;
  picture.fillRect(x, y, full, y).fillRect(x, y + height - 1, full, y + height - 1);
  if (secondsLeft > 0) {
    picture.fillRect(x, y + gap, x + secondsLeft * perSecond - 1, y + height - 1 - gap);
  }
}

function drawLine(picture: Graphics, text: string, row: number): void {
  const { x, y, scale } = FACE.lines[row]!;
  [...text].forEach((character, place) => {
    const art = GLYPHS.find(([known]) => known === character)?.[1] ?? "";
    art.split("/").forEach((pixels, dy) => {
      [...pixels].forEach((ink, dx) => {
        const [px, py] = [x + (place * 6 + dx) * scale, y + dy * scale];
        if (ink === "#") picture.fillRect(px, py, px + scale - 1, py + scale - 1);
      });
    });
  });
}

function eachSegmentPixel(visit: (segment: string, dx: number, dy: number) => void): void {
  DIGIT.forEach((row, dy) => {
    [...row].forEach((segment, dx) => {
      if (segment !== ".") visit(segment, dx, dy);
    });
  });
}
