import { createReadStream } from "node:fs";
import { InputError } from "./input-error.js";
import type { FileKey } from "./key-file.js";
import { readPskc } from "./pskc-read.js";
import { seedFromPskc } from "./pskc-seed.js";
import type { Seed } from "./seed.js";

/** The seeds of a file, and whether they stood in it encrypted. */
export interface SeedFile {
  readonly seeds: readonly Seed[];
  readonly encrypted: boolean;
}

/**
 * Reads a seed file whole: every seed in it is usable, or none is returned.
 * @throws InputError naming the element and the serial
 */
export async function readSeedFile(path: string, key: FileKey | undefined): Promise<SeedFile> {
  const chunks = createReadStream(path, { encoding: "utf8" }) as AsyncIterable<string>;
  try {
    return await readSeeds(chunks, key);
  } catch (error) {
    if (error instanceof Error && "syscall" in error) {
      throw new InputError("seed file", `${path} cannot be read`);
    }
    throw error;
  }
}

/**
 * Reads the seeds of a PSKC text.
 * @throws InputError naming the element and the serial
 */
export async function readSeeds(
  chunks: AsyncIterable<string> | Iterable<string>,
  key: FileKey | undefined,
): Promise<SeedFile> {
  const seeds = new Map<string, Seed>();
  let encrypted = false;
  for await (const pskcKey of readPskc(chunks, key)) {
    const seed = seedFromPskc(pskcKey);
    if (seeds.has(seed.serial)) {
      throw new InputError("SerialNo", `${seed.serial} stands in the file twice`);
    }
    seeds.set(seed.serial, seed);
    encrypted ||= pskcKey.encrypted;
  }
  return { seeds: [...seeds.values()], encrypted };
}
