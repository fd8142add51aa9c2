import { createHash } from "node:crypto";
import { accessSync, constants, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import pinned from "../images.json" with { type: "json" };
import { packageRoot } from "../../simulator/image.js";
import { InputError } from "../seedfile/input-error.js";
import { type Board, BOARDS, imageOptions } from "./image-options.js";

/** What a build made. */
export interface BuiltImage {
  readonly board: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Builds a board's image anew and checks that it is, byte for byte, the one that is pinned.
 * @throws InputError outside a checkout, for an unknown board, for a directory that cannot be written,
 *   or where the bytes differ
 */
export async function buildImage(board: string, outDir: string): Promise<BuiltImage> {
  if (!isBoard(board)) throw new InputError("--board", `must be one of ${BOARDS.join(", ")}`);
  const { build } = await loadBundler();
  const directory = directoryAt(outDir);
  await build(imageOptions(board, directory, packageRoot()));
  const file = join(directory, `${board}.js`);
  const image = readFileSync(file);
  const sha256 = createHash("sha256").update(image).digest("hex");
  if (sha256 !== pinned[board].sha256) {
    throw new InputError(
      "--board",
      `the image built here is not the pinned one: SHA-256 ${sha256}`,
    );
  }
  return { board, file, bytes: image.length, sha256 };
}

function isBoard(board: string): board is Board {
  return (BOARDS as readonly string[]).includes(board);
}

/** @throws InputError where there is no such directory to write to, and none can be made */
function directoryAt(outDir: string): string {
  try {
    mkdirSync(outDir, { recursive: true });
    accessSync(outDir, constants.W_OK);
  } catch {
    throw new InputError("--out", `${outDir} is no directory that can be written`);
  }
  return resolve(outDir);
}

async function loadBundler(): Promise<typeof import("tsup")> {
  try {
    return await import("tsup");
  } catch {
    throw new InputError("build", "needs a checkout of the project with its development packages");
  }
}
