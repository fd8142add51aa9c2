import type { Face } from "./face.js";
import { FONT, FONT_FIRST, FONT_HEIGHT, FONT_WIDTH } from "./font.js";
import type { Screen } from "./screen.js";

/** What a board's display can do: whole rectangles, corners included, and text in our own font. */
export interface Pen {
  readonly clear: () => void;
  readonly fill: (x1: number, y1: number, x2: number, y2: number) => void;
  readonly erase: (x1: number, y1: number, x2: number, y2: number) => void;
  readonly font: (bitmap: string, first: number, width: number, height: number) => void;
  readonly text: (text: string, x: number, y: number) => void;
}

/** Segments a to g of each digit, a in bit 0. */
const SEGMENTS = [0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f];

const BAR_WIDTH = 120;

/** Draws a screen. `shown` is what the display shows now, so that a passing second costs two rectangles. */
export function draw(pen: Pen, face: Face, screen: Screen, shown: Screen | undefined): void {
  if (!screen.code) {
    drawLines(pen, face, screen);
    return;
  }
  if (!shown || shown.code !== screen.code) drawCode(pen, face, screen.code);
  const end = face.barX + 2 * screen.left;
  const full = face.barX + BAR_WIDTH;
  pen.fill(face.barX, face.barY + 2, end - 1, face.barY + 7);
  if (end < full) pen.erase(end, face.barY + 2, full - 1, face.barY + 7);
}

function drawCode(pen: Pen, face: Face, code: string): void {
  pen.clear();
  for (let i = 0; i < 6; i++) {
    const x = i < 3 ? face.first + i * face.pitch : face.fourth + (i - 3) * face.pitch;
    const lit = SEGMENTS[code.charCodeAt(i) - 48]!;
    for (let s = 0; s < 7; s++) if ((lit >> s) & 1) drawSegment(pen, face, s, x);
  }
  // Two rails show how long the bar was.
  const right = face.barX + BAR_WIDTH - 1;
  pen.fill(face.barX, face.barY, right, face.barY);
  pen.fill(face.barX, face.barY + 9, right, face.barY + 9);
}

/** Segments have cut corners. Of a to g, every third is horizontal: a, d, g. */
function drawSegment(pen: Pen, face: Face, s: number, x: number): void {
  const thick = face.thick;
  const middle = (face.height - thick) / 2;
  if (s % 3 === 0) {
    const y = face.top + (s === 0 ? 0 : s === 3 ? 2 * middle : middle);
    const right = x + face.width - thick;
    pen.fill(x + thick, y, right - 1, y + thick - 1);
    pen.fill(x + thick - 1, y + 1, right, y + thick - 2);
  } else {
    const left = x + (s < 3 ? face.width - thick : 0);
    const y = face.top + (s === 1 || s === 5 ? 0 : middle);
    pen.fill(left, y + thick, left + thick - 1, y + middle - 1);
    pen.fill(left + 1, y + thick - 1, left + thick - 2, y + middle);
  }
}

function drawLines(pen: Pen, face: Face, screen: Screen): void {
  pen.clear();
  pen.font(FONT, FONT_FIRST, FONT_WIDTH, FONT_HEIGHT);
  pen.text(screen.title, face.textX, face.titleY);
  pen.font(FONT, FONT_FIRST, FONT_WIDTH, FONT_HEIGHT + 512); // scale factor 2 in bits 8 to 15
  pen.text(screen.first, face.textX, face.lineY);
  pen.text(screen.second, face.textX, face.nextY);
}
