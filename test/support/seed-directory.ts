import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach } from "vitest";
import { writePskc } from "../../firmware/seedfile/pskc-write.js";
import { testDirectory } from "./directory.js";
import { SEED } from "./server.js";

/** What the seed file of {@link seedDirectory} is encrypted with. */
export const FILE_KEY = { kind: "preshared", key: Buffer.alloc(16, 1) } as const;

/** For each test a directory with a seed file `seeds` of one token, without dates, and its `key`. */
export function seedDirectory(): (name: string) => string {
  let directory: string;
  const at = (name: string): string => join(directory, name);
  beforeEach(() => {
    directory = testDirectory();
    const undated = { ...SEED, start: undefined, expiry: undefined };
    writeFileSync(at("key"), "01".repeat(16));
    writeFileSync(at("seeds"), [...writePskc([undated], FILE_KEY)].join(""));
  });
  return at;
}
