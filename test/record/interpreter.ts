// Records what the image shows on the real Espruino interpreter: the frames of every named trace,
// and the codes of every vector.
// Run: ESPRUINO=/path/to/espruino npm run record:interpreter
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { loadImage } from "../../simulator/image.js";
import { BOARDS } from "../../firmware/factory/image-options.js";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { packFrame } from "../frames/recording.js";
import { namedTraces } from "../frames/states.js";
import { primitiveDrawings, runDrawings } from "../frames/primitives.js";
import { ESPRUINO, runScript, runTraces } from "../live/interpreter.js";
import { codeOnFrame, codeTrace } from "../support/code-trace.js";
import { contactSheet } from "../support/contact-sheet.js";
import { randomVectors, rfcVectors } from "../support/vectors.js";

if (ESPRUINO === undefined) throw new Error("ESPRUINO must name an Espruino executable");
const espruino = ESPRUINO;
const image = loadImage("pixljs");
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const version = (await runScript(espruino, 'print("VERSION "+process.version)'))
  .map((line) => /VERSION (\S+)/.exec(line)?.[1])
  .find((found) => found !== undefined);
const origin = `Espruino ${version ?? "of an unknown version"} for Linux; recorded by npm run record:interpreter`;

function write(path: string, head: object, name: string, rows: readonly unknown[]): void {
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
  const text = JSON.stringify({ origin, ...head }, null, 2).slice(0, -2);
  writeFileSync(new URL(path, import.meta.url), `${text},\n  "${name}": [\n${lines}\n  ]\n}\n`);
}

for (const board of BOARDS) {
  const image = loadImage(board);
  const traces = namedTraces(board);
  const results = await runTraces(espruino, image, traces);
  write(
    `../frames/${board}.json`,
    { imageSha256: sha256(image) },
    "traces",
    results.map(({ frames, delays }, index) => ({
      name: traces[index]!.name,
      delays,
      frames: frames.map(packFrame),
    })),
  );
  const { width, height } = BOARD_MODELS[board]!;
  const distinct = new Map(
    results.flatMap(({ frames }) => frames.map((bytes) => [packFrame(bytes), bytes] as const)),
  );
  const frames = [...distinct.values()].map((bytes) => ({ width, height, bytes }));
  writeFileSync(new URL(`../frames/${board}.png`, import.meta.url), contactSheet(frames));
  if (board !== "pixljs") continue;
  const shown = ["into the next minute", "page 2, held", "expired"].map(
    (name) => results[traces.findIndex((trace) => trace.name === name)]!.frames[0]!,
  );
  writeFileSync(
    new URL("../../firmware/display.png", import.meta.url),
    contactSheet(shown.map((bytes) => ({ width, height, bytes }))),
  );
}

const drawings = primitiveDrawings();
const drawn = await runDrawings(espruino, drawings);
write("../frames/primitives.json", {}, "frames", drawn.map(packFrame));

const vectors = [...rfcVectors(), ...randomVectors()];
const shownCodes = await runTraces(espruino, image, vectors.map(codeTrace));
const codes = shownCodes.map(({ frames }) => codeOnFrame(frames[0]!));
write("../vectors/interpreter.json", { imageSha256: sha256(image) }, "codes", codes);
