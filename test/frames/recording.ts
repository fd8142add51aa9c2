import { deflateRawSync, inflateRawSync } from "node:zlib";
import { readData } from "../support/vectors.js";

/** What the real interpreter showed of a board's image. */
export interface Recording {
  readonly origin: string;
  readonly imageSha256: string;
  readonly traces: readonly {
    readonly name: string;
    /** Each delay asked of a timer, in milliseconds. */
    readonly delays: readonly number[];
    readonly frames: readonly Uint8Array[];
  }[];
}

/** A frame as the files keep it: raw DEFLATE (RFC 1951) in Base64. */
export function packFrame(frame: Uint8Array): string {
  return deflateRawSync(frame, { level: 9 }).toString("base64");
}

export function unpackFrame(packed: string): Uint8Array {
  return new Uint8Array(inflateRawSync(Buffer.from(packed, "base64")));
}

/** What was recorded of a board. */
export function readRecording(board: string): Recording {
  const file = readData(`frames/${board}.json`) as {
    origin: string;
    imageSha256: string;
    traces: { name: string; delays: number[]; frames: string[] }[];
  };
  const traces = file.traces.map((trace) => ({ ...trace, frames: trace.frames.map(unpackFrame) }));
  return { ...file, traces };
}
