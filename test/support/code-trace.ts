import { ALGORITHMS } from "../../firmware/seedfile/seed.js";
import { readFrame } from "../../simulator/reader.js";
import { record } from "../frames/states.js";
import type { Trace } from "../live/interpreter.js";
import type { CodeVector } from "./vectors.js";

/** A trace that shows a vector's code: the clock stands at the beginning of its minute. */
export function codeTrace({ algorithm, seed, step }: CodeVector): Trace {
  return {
    board: "pixljs",
    record: record({ seed, algorithm: ALGORITHMS[algorithm], expiry: 0 }),
    start: step * 60,
    battery: 100,
    hashes: ["SHA1", "SHA256", "SHA512"],
    steps: [
      [0, true],
      [0.1, false],
      [0, null],
    ],
  };
}

/** The code on a Pixl.js's frame, or what else it is. */
export function codeOnFrame(bytes: Uint8Array): string {
  const reading = readFrame({ width: 128, height: 64, bytes });
  return reading.kind === "code" ? reading.code : reading.kind;
}
