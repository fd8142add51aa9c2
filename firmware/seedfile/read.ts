import { createReadStream } from "node:fs";
import { readCsv } from "./csv.js";
import { InputError } from "./input-error.js";
import type { FileKey } from "./key-file.js";
import { readPskc } from "./pskc-read.js";
import { seedFromPskc } from "./pskc-seed.js";
import type { Seed } from "./seed.js";
import { child } from "./xml.js";

/**
 * The seeds of a text in any of the formats we read, told apart by its content. They come one by
 * one, in bounded memory; what is said of the whole is known as they have come.
 */
export class SeedReader implements AsyncIterable<Seed> {
  /** Whether any seed stood in it encrypted. */
  encrypted = false;
  /** Whether it is signed. A signature is reported, not verified. */
  signed = false;

  constructor(
    readonly chunks: AsyncIterable<string> | Iterable<string>,
    readonly key: FileKey | undefined,
  ) {}

  /** @throws InputError naming the element or the column, and the serial or the line */
  async *[Symbol.asyncIterator](): AsyncGenerator<Seed> {
    const chunks = rewound(this.chunks);
    const { value: first } = await chunks.next();
    const isXml = /^[\uFEFF\s]*</.test(first ?? "");
    if (!isXml) {
      yield* readCsv(chain(first, chunks));
      return;
    }
    let container;
    for await (const pskcKey of readPskc(chain(first, chunks), this.key)) {
      ({ container } = pskcKey);
      this.encrypted ||= pskcKey.encrypted;
      yield seedFromPskc(pskcKey);
    }
    this.signed = child(container, "Signature") !== undefined;
  }
}

/** The seeds of a file, whole. */
export interface SeedFile {
  readonly seeds: readonly Seed[];
  readonly encrypted: boolean;
}

/** Reads a seed file whole. @throws InputError as {@link readSeeds} does */
export async function readSeedFile(path: string, key: FileKey | undefined): Promise<SeedFile> {
  return readSeeds(fileChunks(path), key);
}

/**
 * Reads a text's seeds whole: every seed in it is usable, or none is returned.
 * @throws InputError naming the element and the serial
 */
export async function readSeeds(
  chunks: AsyncIterable<string> | Iterable<string>,
  key?: FileKey,
): Promise<SeedFile> {
  const reader = new SeedReader(chunks, key);
  const seeds = new Map<string, Seed>();
  for await (const seed of reader) {
    const { serial } = seed;
    if (seeds.has(serial)) throw new InputError("SerialNo", `${serial} stands in the file twice`);
    seeds.set(serial, seed);
  }
  return { seeds: [...seeds.values()], encrypted: reader.encrypted };
}

/** The seed of a serial. @throws InputError where the file has none */
export function seedOf(seeds: readonly Seed[], serial: string): Seed {
  const seed = seeds.find((each) => each.serial === serial);
  if (seed) return seed;
  throw new InputError("--serial", `${serial} names no token of the seed file`);
}

/**
 * A file's text, piece by piece.
 * @param onBytes told of the bytes read, as they are
 * @throws InputError where the file cannot be read
 */
export async function* fileChunks(
  path: string,
  onBytes: (count: number) => void = () => undefined,
): AsyncGenerator<string> {
  try {
    for await (const chunk of createReadStream(path, { encoding: "utf8" })) {
      onBytes(Buffer.byteLength(chunk as string));
      yield chunk as string;
    }
  } catch {
    throw new InputError("seed file", `${path} cannot be read`);
  }
}

async function* rewound(
  chunks: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<string, undefined> {
  yield* chunks;
  return undefined;
}

async function* chain(
  first: string | undefined,
  rest: AsyncIterable<string>,
): AsyncGenerator<string> {
  if (first !== undefined) yield first;
  yield* rest;
}
