import { createRequire } from "node:module";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { VirtualClock } from "../../simulator/clock.js";
import { type Frame, pixel } from "../../simulator/frame.js";
import { SimulatedToken, WAKE_BUTTON } from "../../simulator/token.js";
import type { Seed } from "../seedfile/seed.js";
import { tokenRecord } from "../seedfile/token-record.js";
import { GUIDE_TEXTS, type GuideText } from "./guide-text.js";
import { makePdf } from "./pdf.js";

export type Language = keyof typeof GUIDE_TEXTS;

/** A token as its guide knows it: without its secret. */
export type GuideToken = Pick<Seed, "serial" | "expiry">;

const PAGE = { width: 595.28, height: 841.89, margin: 56 } as const; // A4 in points
const INNER = PAGE.width - 2 * PAGE.margin;
const PICTURE_WIDTH = 220;
const INK = "#1a2b3c";
const RULE = "#27507a";

/** RFC 4226 appendix D: the picture's code is nobody's. */
const EXAMPLE_SECRET = Buffer.from("12345678901234567890");
/** Seconds the button is held for the page after the code. */
const HELD = 1.6;

/** The pictures of a token's display, by the image itself. */
interface Pictures {
  readonly code: Frame;
  readonly info: Frame;
}

/**
 * The customer's start guides: for each token a page in each language, with pictures of that token's
 * display. The code they show is an example's; no seed is in them.
 * @returns a PDF
 */
export async function guidesPdf(
  tokens: readonly GuideToken[],
  languages: readonly Language[],
  board: { readonly name: string; readonly image: Uint8Array },
): Promise<Buffer> {
  return makePdf("warifu start guide", (document) => {
    const fonts = createRequire(import.meta.url).resolve("@expo-google-fonts/biz-udpgothic");
    const font = (name: string): string => fonts.replace(/index\.js$/, name);
    document.registerFont("regular", font("400Regular/BIZUDPGothic_400Regular.ttf"));
    document.registerFont("bold", font("700Bold/BIZUDPGothic_700Bold.ttf"));
    for (const token of tokens) {
      const pictures = picturesOf(token, board);
      const lit = BOARD_MODELS[board.name]!.litOnDark ?? false;
      for (const language of languages) {
        document.addPage({ size: "A4", margin: PAGE.margin });
        drawPage(document, token, GUIDE_TEXTS[language], pictures, lit);
      }
    }
  });
}

/** What a token's display shows: a code, and its serial. */
export function picturesOf(
  token: GuideToken,
  { name, image }: { readonly name: string; readonly image: Uint8Array },
): Pictures {
  const secret = EXAMPLE_SECRET;
  const seed = { ...token, secret, start: 0, algorithm: "SHA1", timeDrift: 0 } as const;
  const record = tokenRecord(seed);
  // While the token is in date: a code is shown, whatever day it is.
  const time = token.expiry === undefined ? 2_000_000_000 : token.expiry - 86_400;
  const shown = (seconds?: number): Frame => {
    const token = new SimulatedToken({ board: name, image, record, clock: new VirtualClock(time) });
    token.press(WAKE_BUTTON, seconds);
    return token.frame();
  };
  return { code: shown(), info: shown(HELD) };
}

function drawPage(
  document: PDFKit.PDFDocument,
  { serial, expiry }: GuideToken,
  text: GuideText,
  pictures: Pictures,
  lit: boolean,
): void {
  const left = PAGE.margin;
  document.font("bold").fontSize(18).fillColor(INK).text(text.title, left, PAGE.margin);
  let y = document.y + 6;
  document.rect(left, y, INNER, 2).fill(RULE);
  y += 16;
  const valid = expiry === undefined ? text.noExpiry : text.date(expiry);
  document.font("regular").fontSize(11).fillColor(INK);
  document.text(`${text.serial}  ${serial}     ${text.expiry}  ${valid}`, left, y);
  y = document.y + 14;
  const right = left + INNER - PICTURE_WIDTH;
  const bottoms = [
    drawPicture(document, pictures.code, text.code, left, y, lit),
    drawPicture(document, pictures.info, text.info, right, y, lit),
  ];
  document.y = Math.max(...bottoms) + 14;
  for (const { heading, lines } of text.sections) {
    document.font("bold").fontSize(12).fillColor(RULE).text(heading, left, document.y, {
      width: INNER,
    });
    document.moveDown(0.3).font("regular").fontSize(10.5).fillColor(INK);
    for (const line of lines) {
      document.text(line, left, document.y, { width: INNER, lineGap: 2.5 });
      document.moveDown(0.25);
    }
    document.moveDown(0.5);
  }
}

/** A display with its caption. @returns where it ends */
function drawPicture(
  document: PDFKit.PDFDocument,
  frame: Frame,
  caption: string,
  left: number,
  top: number,
  lit: boolean,
): number {
  const dot = Math.min(PICTURE_WIDTH / frame.width, 120 / frame.height);
  const [width, height] = [frame.width * dot, frame.height * dot];
  const x0 = left + (PICTURE_WIDTH - width) / 2;
  document.roundedRect(x0 - 6, top - 6, width + 12, height + 12, 6).fill("#3a3f45");
  document.rect(x0, top, width, height).fill(lit ? "#000000" : "#c8d4b8");
  for (let y = 0; y < frame.height; y++) {
    for (let x = 0; x < frame.width; x++) {
      if (pixel(frame, x, y)) document.rect(x0 + x * dot, top + y * dot, dot, dot);
    }
  }
  document.fill(lit ? "#ffffff" : "#1c2418");
  document.font("regular").fontSize(9).fillColor(INK);
  document.text(caption, left, top + height + 12, { width: PICTURE_WIDTH, align: "center" });
  return document.y;
}
