import { randomBytes } from "node:crypto";
import { closeSync, createWriteStream, existsSync, openSync, renameSync, rmSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { InputError } from "../seedfile/input-error.js";
import { undoneAtExit } from "../seedfile/cleanup.js";

/**
 * Writes a file that only its owner can read, and that has its name only once it is whole; one that
 * is there already is left alone.
 * @throws InputError, with nothing left behind
 */
export async function writeNew(path: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  if (existsSync(path)) throw new InputError("--out", `${path} exists already`);
  const partial = `${path}.${randomBytes(6).toString("hex")}.partial`;
  const remove = (): void => {
    rmSync(partial, { force: true });
  };
  const callOff = undoneAtExit(remove);
  try {
    await pipeline(pieces, createWriteStream(partial, { flags: "wx", mode: 0o600, flush: true }));
    // Whoever comes second finds the name taken; what holds it is then replaced in one step.
    closeSync(openSync(path, "wx", 0o600));
    renameSync(partial, path);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new InputError("--out", `${path} exists already`);
    if (/^E[A-Z]+$/.test(code)) throw new InputError("--out", `${path} cannot be written: ${code}`);
    throw error;
  } finally {
    callOff();
    remove();
  }
}
