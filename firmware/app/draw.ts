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

const LEFT = 4; // margin; the bar is 120 pixels wide, two for each second
const DIGIT_Y = 6;
const DIGIT_PITCH = 17;
const GROUP_GAP = 21; // on top of the pitch: wider than the room left of a 1, so 3+3 stays plain
const BAR_Y = 51;
const BAR_END = 123;

/** Draws a screen. `shown` is what the display shows now, so that a passing second costs two rectangles. */
export function draw(pen: Pen, screen: Screen, shown: Screen | undefined): void {
  if (!screen.code) {
    drawLines(pen, screen);
    return;
  }
  if (!shown || shown.code !== screen.code) drawCode(pen, screen.code);
  const end = LEFT + 2 * screen.left;
  pen.fill(LEFT, BAR_Y + 2, end - 1, BAR_Y + 7);
  if (end <= BAR_END) pen.erase(end, BAR_Y + 2, BAR_END, BAR_Y + 7);
}

function drawCode(pen: Pen, code: string): void {
  pen.clear();
  for (let i = 0; i < 6; i++) {
    const x = LEFT + i * DIGIT_PITCH + (i > 2 ? GROUP_GAP : 0);
    const lit = SEGMENTS[code.charCodeAt(i) - 48]!;
    for (let s = 0; s < 7; s++) if ((lit >> s) & 1) drawSegment(pen, s, x);
  }
  // Two rails show how long the bar was.
  pen.fill(LEFT, BAR_Y, BAR_END, BAR_Y);
  pen.fill(LEFT, BAR_Y + 9, BAR_END, BAR_Y + 9);
}

/** Segments are four pixels thick with cut corners. Of a to g, every third is horizontal: a, d, g. */
function drawSegment(pen: Pen, s: number, x: number): void {
  if (s % 3 === 0) {
    const y = DIGIT_Y + (s === 0 ? 0 : s === 3 ? 32 : 16);
    pen.fill(x + 4, y, x + 9, y + 3);
    pen.fill(x + 3, y + 1, x + 10, y + 2);
  } else {
    const left = x + (s < 3 ? 10 : 0);
    const y = DIGIT_Y + (s === 1 || s === 5 ? 0 : 16);
    pen.fill(left, y + 4, left + 3, y + 15);
    pen.fill(left + 1, y + 3, left + 2, y + 16);
  }
}

function drawLines(pen: Pen, screen: Screen): void {
  pen.clear();
  pen.font(FONT, FONT_FIRST, FONT_WIDTH, FONT_HEIGHT);
  pen.text(screen.title, LEFT, 4);
  pen.font(FONT, FONT_FIRST, FONT_WIDTH, FONT_HEIGHT + 512); // scale factor 2 in bits 8 to 15
  pen.text(screen.first, LEFT, 22);
  pen.text(screen.second, LEFT, 42);
}
