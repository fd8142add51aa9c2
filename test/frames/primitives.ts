import { FONT, FONT_FIRST, FONT_HEIGHT, FONT_WIDTH } from "../../firmware/app/font.js";
import { Graphics } from "../../simulator/graphics.js";
import { runScript } from "../live/interpreter.js";
import { SeededRandom } from "../support/random.js";

/** One call of a drawing primitive: its name and its arguments. */
export type Call =
  | readonly ["fillRect" | "clearRect", number, number, number, number]
  | readonly ["drawString", string, number, number, number]
  | readonly ["clear"];

/** Random drawings over and beyond the display's edges, with fractions and swapped corners. */
export function primitiveDrawings(): Call[][] {
  const random = new SeededRandom("warifu primitives");
  const x = (): number => (random.below(640) - 160) / 2.5;
  const y = (): number => (random.below(360) - 90) / 2.5;
  const text = (): string =>
    Array.from({ length: 1 + random.below(6) }, () =>
      String.fromCharCode(FONT_FIRST + random.below(59)),
    ).join("");
  return Array.from({ length: 60 }, () =>
    Array.from({ length: 4 + random.below(12) }, (): Call => {
      const kind = random.below(10);
      if (kind < 4) return ["fillRect", x(), y(), x(), y()];
      if (kind < 6) return ["clearRect", x(), y(), x(), y()];
      if (kind < 9) return ["drawString", text(), x(), y(), random.below(4)];
      return ["clear"];
    }),
  );
}

/** Draws in the simulator. */
export function simulateDrawing(calls: readonly Call[]): Uint8Array {
  const graphics = new Graphics(128, 64);
  for (const call of calls) {
    if (call[0] === "clear") graphics.clear();
    else if (call[0] === "drawString") {
      graphics.setFontCustom(FONT, FONT_FIRST, FONT_WIDTH, FONT_HEIGHT + 256 * call[4]);
      graphics.drawString(call[1], call[2], call[3]);
    } else graphics[call[0]](call[1], call[2], call[3], call[4]);
  }
  return graphics.snapshot().bytes;
}

/** Draws in the real interpreter. */
export async function runDrawings(
  espruino: string,
  drawings: readonly (readonly Call[])[],
): Promise<Uint8Array[]> {
  const font = `atob("${Buffer.from(FONT, "latin1").toString("base64")}")`;
  const script = [
    "var g=Graphics.createArrayBuffer(128,64,1,{msb:true});",
    `var font=${font};`,
    ...drawings.flatMap((calls) => [
      "g.clear(true);",
      ...calls.map((call) => {
        if (call[0] !== "drawString") return `g.${call[0]}(${call.slice(1).join(",")});`;
        const size = `${String(FONT_FIRST)},${String(FONT_WIDTH)},${String(FONT_HEIGHT + 256 * call[4])}`;
        return `g.setFontCustom(font,${size});g.drawString(${JSON.stringify(call[1])},${String(call[2])},${String(call[3])});`;
      }),
      'print("FRAME "+btoa(g.buffer));',
    ]),
  ].join("\n");
  return (await runScript(espruino, script)).flatMap((line) => {
    const frame = /FRAME (.*)$/.exec(line)?.[1];
    return frame === undefined ? [] : [Buffer.from(frame, "base64")];
  });
}
