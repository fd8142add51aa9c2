import type { FileKey } from "../../firmware/seedfile/key-file.js";
import { SeedReader, twice } from "../../firmware/seedfile/read.js";
import type { Seed } from "../../firmware/seedfile/seed.js";

/** All seeds of a text, which may come in pieces. */
export async function readAll(text: string | readonly string[], key?: FileKey) {
  const reader = new SeedReader(typeof text === "string" ? [text] : text, key);
  const seeds: Seed[] = [];
  for await (const seed of reader) {
    if (seeds.some(({ serial }) => serial === seed.serial)) throw twice(seed.serial);
    seeds.push(seed);
  }
  return { encrypted: reader.encrypted, seeds };
}
