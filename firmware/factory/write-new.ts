import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { InputError } from "../seedfile/input-error.js";

/**
 * Writes a file that only its owner can read; one that is there already is left alone.
 * @throws InputError, with nothing left behind
 */
export function writeNew(path: string, pieces: Iterable<string | Uint8Array>): void {
  let file: number;
  try {
    file = openSync(path, "wx", 0o600);
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw new InputError("--out", exists ? `${path} exists already` : `${path} cannot be written`);
  }
  try {
    for (const piece of pieces) writeWhole(file, piece);
  } catch (error) {
    unlinkSync(path);
    if (error instanceof InputError) throw error;
    throw new InputError("--out", `${path} cannot be written`);
  } finally {
    closeSync(file);
  }
}

function writeWhole(file: number, piece: string | Uint8Array): void {
  const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}
