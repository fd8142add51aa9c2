// Records what the image shows on the real Espruino interpreter: the frames of every named trace,
// and the codes of every vector.
// Run: ESPRUINO=/path/to/espruino npm run record:interpreter
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { ALGORITHMS } from "../../firmware/seedfile/seed.js";
import { loadImage } from "../../simulator/image.js";
import { readFrame } from "../../simulator/reader.js";
import { namedTraces, record } from "../frames/states.js";
import { primitiveDrawings, runDrawings } from "../frames/primitives.js";
import { ESPRUINO, runScript, runTraces, type Trace } from "../live/interpreter.js";
import { contactSheet } from "../support/contact-sheet.js";
import { randomVectors, rfcVectors } from "../support/vectors.js";

if (ESPRUINO === undefined) throw new Error("ESPRUINO must name an Espruino executable");
const espruino = ESPRUINO;
const image = loadImage("pixljs");
const version = (await runScript(espruino, 'print("VERSION "+process.version)'))
  .map((line) => /VERSION (\S+)/.exec(line)?.[1])
  .find((found) => found !== undefined);
const origin = `Espruino ${version ?? "of an unknown version"} for Linux; recorded by npm run record:interpreter`;

function write(path: string, head: object, name: string, rows: readonly unknown[]): void {
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
  const text = JSON.stringify({ origin, ...head }, null, 2).slice(0, -2);
  writeFileSync(new URL(path, import.meta.url), `${text},\n  "${name}": [\n${lines}\n  ]\n}\n`);
}

const traces = namedTraces();
const results = await runTraces(espruino, image, traces);
const imageSha256 = createHash("sha256").update(image).digest("hex");
write(
  "../frames/pixljs.json",
  { imageSha256 },
  "traces",
  results.map(({ frames, delays }, index) => ({
    name: traces[index]!.name,
    delays,
    frames: frames.map((frame) => Buffer.from(frame).toString("base64")),
  })),
);

const distinct = new Map(
  results.flatMap(({ frames }) =>
    frames.map((bytes) => [Buffer.from(bytes).toString("hex"), bytes] as const),
  ),
);
const frames = [...distinct.values()].map((bytes) => ({ width: 128, height: 64, bytes }));
writeFileSync(new URL("../frames/pixljs.png", import.meta.url), contactSheet(frames));
const shown = ["into the next minute", "page 2, held", "expired"].map(
  (name) => results[traces.findIndex((trace) => trace.name === name)]!.frames[0]!,
);
writeFileSync(
  new URL("../../firmware/display.png", import.meta.url),
  contactSheet(shown.map((bytes) => ({ width: 128, height: 64, bytes }))),
);

const drawings = primitiveDrawings();
const drawn = await runDrawings(espruino, drawings);
write(
  "../frames/primitives.json",
  {},
  "frames",
  drawn.map((frame) => Buffer.from(frame).toString("base64")),
);

const vectors = [...rfcVectors(), ...randomVectors()];
const codeTraces = vectors.map(({ algorithm, seed, step }): Trace => ({
  record: record({ seed, algorithm: ALGORITHMS[algorithm], expiry: 0 }),
  start: step * 60,
  battery: 100,
  hashes: ["SHA1", "SHA256", "SHA512"],
  steps: [
    [0, true],
    [0.1, false],
    [0, null],
  ],
}));
const codeResults = await runTraces(espruino, image, codeTraces);
const codes = codeResults.map(({ frames }) => {
  const reading = readFrame({ width: 128, height: 64, bytes: frames[0]! });
  return reading.kind === "code" ? reading.code : reading.kind;
});
write("../vectors/interpreter.json", { imageSha256 }, "codes", codes);
