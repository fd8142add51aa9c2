import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { loadImage } from "../simulator/image.js";
import { namedTraces } from "./frames/states.js";
import { type Call, primitiveDrawings, runDrawings, simulateDrawing } from "./frames/primitives.js";
import { ESPRUINO, runTraces } from "./live/interpreter.js";
import { simulateTrace } from "./support/simulate-trace.js";
import { readData } from "./support/vectors.js";

interface Recording {
  origin: string;
  imageSha256: string;
  traces: { name: string; delays: number[]; frames: string[] }[];
}

const recording = readData("frames/pixljs.json") as Recording;
const image = loadImage("pixljs");
const traces = namedTraces();
const base64 = (frame: Uint8Array): string => Buffer.from(frame).toString("base64");

describe("frames recorded from the real interpreter", () => {
  it("are of the image that is shipped", () => {
    expect(createHash("sha256").update(image).digest("hex")).toBe(recording.imageSha256);
  });

  it("are of every state, and of none that is no longer there", () => {
    expect(recording.traces.map(({ name }) => name)).toEqual(traces.map(({ name }) => name));
    const states = new Set(recording.traces.flatMap(({ frames }) => frames));
    expect(states.size).toBeGreaterThanOrEqual(60);
  });

  it.each(traces.map((trace, index) => ({ trace, index, name: trace.name })))(
    "equal the simulator's, byte for byte: $name",
    ({ trace, index }) => {
      const recorded = recording.traces[index]!;
      const simulated = simulateTrace(image, trace);
      expect(simulated.frames.map(base64)).toEqual(recorded.frames);
      expect(simulated.delays).toEqual(recorded.delays);
    },
  );

  it.runIf(ESPRUINO)("are what the interpreter draws now (ESPRUINO is set)", async () => {
    const results = await runTraces(ESPRUINO!, image, traces);
    expect(results.map(({ frames, delays }) => ({ delays, frames: frames.map(base64) }))).toEqual(
      recording.traces.map(({ frames, delays }) => ({ delays, frames })),
    );
  });
});

describe("drawing primitives", () => {
  const recorded = (readData("frames/primitives.json") as { frames: string[] }).frames;
  const drawings: Call[][] = primitiveDrawings();

  it("draw what the interpreter drew, to the pixel", () => {
    expect(drawings.map((calls) => base64(simulateDrawing(calls)))).toEqual(recorded);
  });

  it.runIf(ESPRUINO)("draw what the interpreter draws now (ESPRUINO is set)", async () => {
    expect((await runDrawings(ESPRUINO!, drawings)).map(base64)).toEqual(recorded);
  });
});
