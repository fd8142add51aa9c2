import { describe, expect, it } from "vitest";
import { writeEntraCsv } from "../../firmware/seedfile/csv.js";
import { InputError } from "../../firmware/seedfile/input-error.js";
import { readSeeds } from "../../firmware/seedfile/read.js";
import { SEED } from "../support/server.js";

const HEX = "3132333435363738393031323334353637383930";
const BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const EXPECTED = {
  serial: "12345678",
  secret: SEED.secret,
  algorithm: "SHA1",
  start: undefined,
  expiry: undefined,
  timeDrift: 0,
};

describe("seeds as CSV", () => {
  it.each([
    ["OATH, all columns", `12345678, ${HEX}, TOTP, 6, 60, sha1\n`],
    ["OATH, without the last ones", `12345678,${HEX},totp,6,60\r\n`],
    ["OATH, with a byte order mark and empty lines", `\uFEFF\n\n12345678,${HEX},totp\n\n`],
    [
      "Microsoft Entra",
      `upn,serial number,secret key,time interval,manufacturer,model\n,12345678,${BASE32},60,m,t\n`,
    ],
    [
      "Microsoft Entra, padded and quoted",
      `upn,Serial Number,Secret Key,time interval,manufacturer,model\na@b,"12345678","${BASE32.toLowerCase()}====",60,"a, b",t`,
    ],
    ["multiOTP", `12345678;maker;totp;${HEX};6;60\n`],
  ])("of the kind %s are known by their content", async (_name, text) => {
    expect((await readSeeds([text])).seeds).toEqual([EXPECTED]);
    expect((await readSeeds(text)).seeds).toEqual([EXPECTED]);
  });

  it("of other hashes have them", async () => {
    const { seeds } = await readSeeds([
      `12345678,${HEX},TOTP,6,60,SHA-256\n87654321,${HEX},TOTP,6,60,sha512`,
    ]);
    expect(seeds.map(({ algorithm }) => algorithm)).toEqual(["SHA256", "SHA512"]);
  });

  it.each([
    ["another kind", "token,date\n1,2", "seed file: is neither PSKC nor CSV"],
    ["a serial of letters", `AB345678,${HEX},TOTP`, "line 1, serial: must be 8 to 12 digits"],
    ["HOTP", `12345678,${HEX},HOTP`, "line 1, type: must be TOTP"],
    ["eight digits", `12345678,${HEX},TOTP,8,60`, "line 1, digits: must be 6"],
    ["half a minute", `12345678,${HEX},TOTP,6,30`, "line 1, interval: must be 60"],
    ["another hash", `12345678,${HEX},TOTP,6,60,md5`, "line 1, hash: must be sha1"],
    ["a short seed", "12345678,3132,TOTP", "line 1, seed: must be 16 to 64 bytes"],
    [
      "a seed that is no hex",
      `12345678,${HEX},TOTP\n87654321,xyz,TOTP`,
      "line 2, seed: must be hex",
    ],
    [
      "a secret that is no Base32",
      "upn,serial number,secret key,time interval,manufacturer,model\n,12345678,1890,60,m,t",
      "line 2, secret key: must be Base32",
    ],
    [
      "a wrong line behind empty ones",
      `12345678,${HEX},TOTP\r\n\r\n  \r\n87654321,xyz,TOTP`,
      "line 4, seed: must be hex",
    ],
    [
      "a header and no token",
      "upn,serial number,secret key,time interval,manufacturer,model\r\n\r\n",
      "seed file: holds no token",
    ],
    ["empty lines alone", "\n\n", "seed file: is empty"],
    [
      "a serial twice",
      `12345678,${HEX},TOTP\n12345678,${HEX},TOTP`,
      "12345678 stands in the file twice",
    ],
    ["an open quote", `"12345678,${HEX},TOTP`, "line 1: is no CSV"],
    ["an open quote behind an empty line", `12345678,${HEX},TOTP\n\n"8`, "line 3: is no CSV"],
    ["an endless line", "1".repeat(10_000), "line 1: is no CSV"],
  ])("with %s are refused by name", async (_name, text, problem) => {
    const error: unknown = await readSeeds([text]).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(problem);
    expect((error as Error).message).not.toContain(HEX);
  });

  it("written for Entra are read back, and for SHA-1 only", async () => {
    const text = [...writeEntraCsv([SEED])].join("");
    expect(text.split("\r\n")[0]).toBe(
      "upn,serial number,secret key,time interval,manufacturer,model",
    );
    expect((await readSeeds([text])).seeds).toEqual([EXPECTED]);
    expect(() => [...writeEntraCsv([{ ...SEED, algorithm: "SHA256" }])]).toThrow("serial 12345678");
  });
});
