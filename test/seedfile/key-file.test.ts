import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseExpiryDate, parseInstant, parseTime } from "../../firmware/seedfile/instant.js";
import { parseKeyFile, readKeyFile } from "../../firmware/seedfile/key-file.js";
import { writePskc } from "../../firmware/seedfile/pskc-write.js";
import { readSeedFile } from "../../firmware/seedfile/read.js";
import { testDirectory } from "../support/directory.js";
import { SEED } from "../support/server.js";

describe("key files", () => {
  it("hold a key in hex or a passphrase", () => {
    expect(parseKeyFile("00112233445566778899AABBCCDDEEFF\n")).toEqual({
      kind: "preshared",
      key: Buffer.from("00112233445566778899aabbccddeeff", "hex"),
    });
    expect(parseKeyFile("passphrase: with: colons and spaces \r\n")).toEqual({
      kind: "passphrase",
      passphrase: "with: colons and spaces ",
    });
  });

  it.each(["", "0011", "passphrase:", "zz".repeat(16), "00112233445566778899aabbccddeeff\n\nmore"])(
    "%j is neither, and is not repeated",
    (text) => {
      expect(() => parseKeyFile(text)).toThrow(/^key file: must be one line/);
    },
  );

  it("that cannot be read are named", async () => {
    expect(() => readKeyFile("/nowhere/key")).toThrow("key file: /nowhere/key cannot be read");
    await expect(readSeedFile("/nowhere/seeds", undefined)).rejects.toThrow(
      "seed file: /nowhere/seeds cannot be read",
    );
    await expect(readSeedFile("/", undefined)).rejects.toThrow("cannot be read");
  });

  it("and seed files are read from disk", async () => {
    const path = testDirectory();
    writeFileSync(join(path, "key"), "00112233445566778899aabbccddeeff");
    writeFileSync(
      join(path, "seeds"),
      [...writePskc([SEED], readKeyFile(join(path, "key")))].join(""),
    );
    const file = await readSeedFile(join(path, "seeds"), readKeyFile(join(path, "key")));
    expect(file.seeds).toEqual([SEED]);
  });
});

describe("times", () => {
  it("have a zone", () => {
    expect(parseTime("2026-04-01T09:00:00+09:00", "t")).toBe(Date.UTC(2026, 3, 1) / 1000);
    expect(parseTime("2026-03-31T19:30:00.500-04:30", "t")).toBe(Date.UTC(2026, 3, 1) / 1000);
    expect(() => parseTime("2026-04-01 09:00", "t")).toThrow("t: must be a time with its zone");
  });

  it("an expiry date is 08:00 in Japan (rule 14)", () => {
    expect(parseExpiryDate("2031-03-31", "--expires")).toBe(Date.UTC(2031, 2, 30, 23) / 1000);
    expect(() => parseExpiryDate("31.3.2031", "--expires")).toThrow(
      "--expires: must be YYYY-MM-DD",
    );
    expect(() => parseExpiryDate("2031-02-29", "--expires")).toThrow("--expires: is no date");
  });

  it("on the command line may be Unix seconds", () => {
    expect(parseInstant("59", "--at")).toBe(59);
    expect(parseInstant("1970-01-01T00:01:00Z", "--at")).toBe(60);
  });
});
