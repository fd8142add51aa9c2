import { type Mark, SHEET } from "./label.js";
import { makePdf } from "./pdf.js";

const POINTS = 72 / 25.4; // a millimetre in points

/** One sheet as SVG. */
export function sheetSvg(marks: readonly Mark[]): string {
  const size = `width="${String(SHEET.width)}mm" height="${String(SHEET.height)}mm"`;
  const box = `viewBox="0 0 ${String(SHEET.width)} ${String(SHEET.height)}"`;
  const drawn = marks.map((mark) => {
    const at = `x="${round(mark.x)}" y="${round(mark.y)}"`;
    if (mark.kind === "text") {
      return `<text ${at} font-family="Helvetica, Arial, sans-serif" font-size="${round(mark.size)}">${mark.text}</text>`;
    }
    return `<rect ${at} width="${round(mark.width)}" height="${round(mark.height)}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${box}>\n${drawn.join("\n")}\n</svg>\n`;
}

/** All sheets as one PDF. */
export async function sheetsPdf(sheets: readonly (readonly Mark[])[]): Promise<Buffer> {
  return makePdf("warifu labels", (document) => {
    for (const marks of sheets) {
      document.addPage({ size: [SHEET.width * POINTS, SHEET.height * POINTS], margin: 0 });
      for (const mark of marks) {
        const [x, y] = [mark.x * POINTS, mark.y * POINTS];
        if (mark.kind === "bar") {
          document.rect(x, y, mark.width * POINTS, mark.height * POINTS).fill("black");
        } else {
          document.font("Helvetica").fontSize(mark.size * POINTS);
          document.text(mark.text, x, y, { baseline: "alphabetic", lineBreak: false });
        }
      }
    }
  });
}

function round(millimetres: number): string {
  return String(Math.round(millimetres * 1000) / 1000);
}
