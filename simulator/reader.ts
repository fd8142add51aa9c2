import { DIGITS, type Face, FACES } from "./face.js";
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
  const face = FACES[`${String(frame.width)}x${String(frame.height)}`];
  if (!face) return { kind: "unreadable" };
  for (const reading of [readCode(frame, face), readText(frame, face)]) {
    if (reading && Buffer.compare(redraw(frame, face, reading), frame.bytes) === 0) return reading;
  }
  return { kind: "unreadable" };
}

function readCode(frame: Frame, face: Face): Reading | undefined {
  let code = "";
  for (const x of face.digits.x) {
    const lit = new Set<string>();
    eachSegmentPixel(face, (segment, dx, dy) => {
      if (pixel(frame, x + dx, face.digits.y + dy)) lit.add(segment);
    });
    const digit = DIGITS[[...lit].sort().join("")];
    if (digit === undefined) return undefined;
    code += digit;
  }
  let secondsLeft = 0;
  while (pixel(frame, face.bar.x + secondsLeft * face.bar.perSecond, face.bar.y + face.bar.gap)) {
    secondsLeft++;
  }
  return { kind: "code", code, secondsLeft };
}

function readText(frame: Frame, face: Face): Reading | undefined {
  const lines: string[] = [];
  for (const { x, y, scale } of face.lines) {
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
function redraw(frame: Frame, face: Face, reading: Reading): Uint8Array {
  const picture = new Graphics(frame.width, frame.height);
  if (reading.kind === "code") drawCode(picture, face, reading.code, reading.secondsLeft);
  if (reading.kind === "text") {
    for (const [row, line] of reading.lines.entries()) drawLine(picture, face, line, row);
  }
  return picture.snapshot().bytes;
}

function drawCode(picture: Graphics, face: Face, code: string, secondsLeft: number): void {
  face.digits.x.forEach((x, place) => {
    const lit = Object.keys(DIGITS).find((segments) => DIGITS[segments] === code[place]) ?? "";
    eachSegmentPixel(face, (segment, dx, dy) => {
      const [px, py] = [x + dx, face.digits.y + dy];
      if (lit.includes(segment)) picture.fillRect(px, py, px, py);
    });
  });
  const { x, y, height, perSecond, gap } = face.bar;
  const full = x + 60 * perSecond - 1;
  picture.fillRect(x, y, full, y).fillRect(x, y + height - 1, full, y + height - 1);
  if (secondsLeft > 0) {
    picture.fillRect(x, y + gap, x + secondsLeft * perSecond - 1, y + height - 1 - gap);
  }
}

function drawLine(picture: Graphics, face: Face, text: string, row: number): void {
  const { x, y, scale } = face.lines[row]!;
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

function eachSegmentPixel(
  face: Face,
  visit: (segment: string, dx: number, dy: number) => void,
): void {
  face.digit.forEach((row, dy) => {
    [...row].forEach((segment, dx) => {
      if (segment !== ".") visit(segment, dx, dy);
    });
  });
}
