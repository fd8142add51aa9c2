// The default import: the named export `raw` is the encoder of a barcode type of that name.
import bwip from "bwip-js/node";
import { inJapan } from "../seedfile/instant.js";
import type { Seed } from "../seedfile/seed.js";

/** A bar of a barcode or a line of text on a sheet; millimetres from the sheet's top left corner. */
export type Mark =
  | {
      readonly kind: "bar";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    }
  | {
      readonly kind: "text";
      readonly x: number;
      /** Of the baseline. */
      readonly y: number;
      readonly size: number;
      readonly text: string;
    };

/** A sheet of labels: A4, in millimetres. */
export const SHEET = { width: 210, height: 297 } as const;

/** Labels of 63.5 x 29.6 mm, three beside nine: a common sheet of self-adhesive ones. */
const COLUMNS = 3;
const ROWS = 9;
const LABEL = { width: 63.5, height: 29.6, left: 7.25, top: 15.3, gap: 2.5 } as const;
const MARGIN = 4;
const BAR_HEIGHT = 11;
/** One module of the barcode: wide enough for any reader, and the longest serial fits. */
const MODULE = 0.4;

/**
 * The backs of tokens: serial, expiry, and the serial as a barcode (Code 128), sheet by sheet.
 * Nothing of the seed is on them.
 */
export function labelSheets(tokens: readonly Pick<Seed, "serial" | "expiry">[]): Mark[][] {
  const sheets: Mark[][] = [];
  tokens.forEach((token, index) => {
    const place = index % (COLUMNS * ROWS);
    if (place === 0) sheets.push([]);
    const x = LABEL.left + (place % COLUMNS) * (LABEL.width + LABEL.gap);
    const y = LABEL.top + Math.floor(place / COLUMNS) * LABEL.height;
    sheets.at(-1)!.push(...labelMarks(token, x + MARGIN, y + MARGIN));
  });
  return sheets;
}

function labelMarks(
  { serial, expiry }: Pick<Seed, "serial" | "expiry">,
  left: number,
  top: number,
): Mark[] {
  const bars: Mark[] = [];
  let x = left;
  modulesOf(serial).forEach((modules, index) => {
    const width = modules * MODULE;
    // Bars and spaces take turns, a bar first.
    if (index % 2 === 0) bars.push({ kind: "bar", x, y: top, width, height: BAR_HEIGHT });
    x += width;
  });
  return [
    ...bars,
    { kind: "text", x: left, y: top + BAR_HEIGHT + 4.5, size: 4, text: `S/N ${serial}` },
    {
      kind: "text",
      x: left,
      y: top + BAR_HEIGHT + 8.5,
      size: 2.8,
      text: expiry === undefined ? "EXP -" : `EXP ${japanTime(expiry)} JST`,
    },
  ];
}

/** The widths of a Code 128's bars and spaces, in modules. */
function modulesOf(text: string): readonly number[] {
  const [drawn] = bwip.raw({ bcid: "code128", text });
  return drawn && "sbs" in drawn ? drawn.sbs : [];
}

/** YYYY-MM-DD HH:MM in Japan. */
function japanTime(unixSeconds: number): string {
  const iso = inJapan(unixSeconds).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}
