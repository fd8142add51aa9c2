import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../firmware/seedfile/input-error.js";
import { boardModel } from "./boards.js";

/** The package's own directory: the nearest one above this file with a package.json. */
export function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, "package.json"))) directory = dirname(directory);
  return directory;
}

/** Where the built image of a board lies. */
function imagePath(board: string): string {
  return join(packageRoot(), "dist", "firmware", `${board}.js`);
}

/**
 * The image of a board, byte for byte as it is flashed.
 * @throws InputError for a board without an image
 */
export function loadImage(board: string): Uint8Array {
  const absent = new InputError("--board", `there is no image for a board named ${board}`);
  // A name that is a path would reach other files.
  if (!boardModel(board)) throw absent;
  try {
    return readFileSync(imagePath(board));
  } catch {
    throw absent;
  }
}
