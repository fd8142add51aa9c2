import { pipeline } from "node:stream/promises";
import { streamInto, wholeFile } from "../seedfile/whole-file.js";

/**
 * Writes a file that only its owner can read, and that has its name only once it is whole; one that
 * is there already is left alone.
 * @throws InputError, with nothing left behind
 */
export async function writeNew(path: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  await wholeFile(path, "--out", (partial) => pipeline(pieces, streamInto(partial)));
}
