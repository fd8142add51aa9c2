import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { writePskc } from "../../firmware/seedfile/pskc-write.js";
import { SEED, withDirectory } from "./server.js";

/** What the seed file of {@link seedDirectory} is encrypted with. */
export const FILE_KEY = { kind: "preshared", key: Buffer.alloc(16, 1) } as const;

/** For each test a directory with a seed file `seeds` of one token, without dates, and its `key`. */
export function seedDirectory(): (name: string) => string {
  let directory: ReturnType<typeof withDirectory>;
  const at = (name: string): string => join(directory.path, name);
  beforeEach(() => {
    directory = withDirectory();
    const undated = { ...SEED, start: undefined, expiry: undefined };
    writeFileSync(at("key"), "01".repeat(16));
    writeFileSync(at("seeds"), [...writePskc([undated], FILE_KEY)].join(""));
  });
  afterEach(() => {
    directory.remove();
  });
  return at;
}
