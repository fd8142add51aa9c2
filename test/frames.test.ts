import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BOARDS } from "../firmware/factory/image-options.js";
import { loadImage } from "../simulator/image.js";
import { readRecording, unpackFrame } from "./frames/recording.js";
import { namedTraces } from "./frames/states.js";
import { type Call, primitiveDrawings, runDrawings, simulateDrawing } from "./frames/primitives.js";
import { ESPRUINO, runTraces } from "./live/interpreter.js";
import { simulateTrace } from "./support/simulate-trace.js";
import { readData } from "./support/vectors.js";

const base64 = (frame: Uint8Array): string => Buffer.from(frame).toString("base64");

describe.each(BOARDS)("frames of %s, recorded from the real interpreter,", (board) => {
  const recording = readRecording(board);
  const image = loadImage(board);
  const traces = namedTraces(board);

  it("are of the image that is shipped", () => {
    expect(createHash("sha256").update(image).digest("hex")).toBe(recording.imageSha256);
  });

  it("are of every state, and of none that is no longer there", () => {
    expect(recording.traces.map(({ name }) => name)).toEqual(traces.map(({ name }) => name));
    const states = new Set(recording.traces.flatMap(({ frames }) => frames.map(base64)));
    expect(states.size).toBeGreaterThanOrEqual(60);
  });

  it.each(traces.map((trace, index) => ({ trace, index, name: trace.name })))(
    "equal the simulator's, byte for byte: $name",
    ({ trace, index }) => {
      const recorded = recording.traces[index]!;
      const simulated = simulateTrace(image, trace);
      expect(simulated.frames.map(base64)).toEqual(recorded.frames.map(base64));
      expect(simulated.delays).toEqual(recorded.delays);
    },
  );

  it.runIf(ESPRUINO)("are what the interpreter draws now (ESPRUINO is set)", async () => {
    const results = await runTraces(ESPRUINO!, image, traces);
    expect(results.map(({ frames, delays }) => ({ delays, frames: frames.map(base64) }))).toEqual(
      recording.traces.map(({ frames, delays }) => ({ delays, frames: frames.map(base64) })),
    );
  });
});

describe("drawing primitives", () => {
  const file = readData("frames/primitives.json") as { frames: string[] };
  const recorded = file.frames.map((packed) => base64(unpackFrame(packed)));
  const drawings: Call[][] = primitiveDrawings();

  it("draw what the interpreter drew, to the pixel", () => {
    expect(drawings.map((calls) => base64(simulateDrawing(calls)))).toEqual(recorded);
  });

  it.runIf(ESPRUINO)("draw what the interpreter draws now (ESPRUINO is set)", async () => {
    expect((await runDrawings(ESPRUINO!, drawings)).map(base64)).toEqual(recorded);
  });
});
