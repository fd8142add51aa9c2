import { describe, expect, it } from "vitest";
import { labelSheets, type Mark, SHEET } from "../../firmware/factory/label.js";
import { sheetsPdf, sheetSvg } from "../../firmware/factory/label-sheets.js";

const EXPIRY = Date.UTC(2031, 2, 30, 23) / 1000;
const token = (index: number) => ({ serial: String(123456789000 + index), expiry: EXPIRY });
const tokens = (count: number) => Array.from({ length: count }, (_, index) => token(index));
const barsOf = (marks: readonly Mark[]) => marks.filter((mark) => mark.kind === "bar");
const textsOf = (marks: readonly Mark[]) =>
  marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));

describe("labels", () => {
  it("bear the serial and the expiry, in Japan's time", () => {
    const [sheet] = labelSheets([token(0), { serial: "00000001", expiry: undefined }]);
    expect(textsOf(sheet!)).toEqual([
      "S/N 123456789000",
      "EXP 2031-03-31 08:00 JST",
      "S/N 00000001",
      "EXP -",
    ]);
  });

  it("bear the serial as Code 128: start, six pairs of digits, check, stop", () => {
    const bars = barsOf(labelSheets([token(0)])[0]!);
    // ISO/IEC 15417: eleven modules and three bars a symbol, thirteen modules and four bars the stop.
    const symbols = 1 + 6 + 1;
    expect(bars).toHaveLength(symbols * 3 + 4);
    const last = bars.at(-1)!;
    const modules = (last.x + last.width - bars[0]!.x) / 0.4;
    expect(modules).toBeCloseTo(symbols * 11 + 13);
    const widths = (index: number) =>
      barsOf(labelSheets([token(index)])[0]!)
        .map(({ x, width }) => `${String(x)}+${String(width)}`)
        .join();
    expect(new Set([0, 1, 2].map(widths)).size).toBe(3);
  });

  it("stand 27 on a sheet, each inside it and none over another", () => {
    expect(labelSheets(tokens(28)).map((sheet) => textsOf(sheet).length / 2)).toEqual([27, 1]);
    const [sheet] = labelSheets(tokens(27));
    for (const { x, y, width, height } of barsOf(sheet!)) {
      expect(x + width).toBeLessThan(SHEET.width);
      expect(y + height + 9).toBeLessThan(SHEET.height);
    }
    const corners = new Set(barsOf(sheet!).map(({ x, y }) => `${String(x)},${String(y)}`));
    expect(corners.size).toBe(barsOf(sheet!).length);
  });

  it("are written as SVG and PDF", async () => {
    const [sheet] = labelSheets(tokens(2));
    const svg = sheetSvg(sheet!);
    expect(svg.match(/<rect /g)).toHaveLength(barsOf(sheet!).length);
    expect(svg).toContain(">S/N 123456789001</text>");
    const pdf = (await sheetsPdf(labelSheets(tokens(30)))).toString("latin1");
    expect(pdf).toMatch(/^%PDF-/);
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(2);
  });
});
