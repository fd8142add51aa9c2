import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const SOURCES = ["server", "firmware/seedfile", "firmware/factory", "simulator"].flatMap((folder) =>
  readdirSync(new URL(`../../${folder}/`, import.meta.url), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file}`),
);
/** Where secrets are compared, and how often there. */
const COMPARED = {
  "server/api-keys.ts": 1, // an API key's hash
  "server/core/resync.ts": 2, // the two codes of a resynchronization
  "server/core/verify.ts": 1, // a code
  "server/import-seeds.ts": 1, // a seed that is imported again
  "server/keys/key-encryption-key.ts": 1, // a data key that was wrapped and opened again
  "server/keys/master-key.ts": 1, // the check value of a master key from before data keys
  "server/passwords.ts": 1, // a password's hash
  "server/vault.ts": 1, // what a page has sealed
  "server/web/portal.ts": 1, // a form's token
  "firmware/seedfile/pskc-decrypt.ts": 1, // a seed file's MAC
};

describe("secrets are compared in constant time", () => {
  it("where the list says, and nowhere else", () => {
    const found = SOURCES.map((file): [string, number] => [
      file,
      root(file).match(/(?:timingSafeEqual|sameCode)\((?!one)/g)?.length ?? 0,
    ]).filter(([, count]) => count > 0);
    expect(Object.fromEntries(found)).toEqual(COMPARED);
  });

  it("and by nothing that stops at the first difference", () => {
    const secret = "(?:codes|secret|seed|password|formToken|signature|mac|given|presented)";
    const stops = new RegExp(
      `\\b${secret} [!=]== (?!undefined|null|"")|[!=]== ${secret}\\b(?!\\.)`,
    );
    const lines = SOURCES.filter((file) => file.startsWith("server/")).flatMap((file) =>
      root(file)
        .split("\n")
        .filter((line) => stops.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(lines).toEqual([]);
  });
});
