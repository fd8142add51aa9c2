import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExpiryDate, parseInstant, parseTime } from "../../firmware/seedfile/instant.js";
import { InputError } from "../../firmware/seedfile/input-error.js";
import { parseKeyFile, readKeyFile } from "../../firmware/seedfile/key-file.js";
import { readPskc } from "../../firmware/seedfile/pskc-read.js";
import { writePskc } from "../../firmware/seedfile/pskc-write.js";
import { readSeedFile, readSeeds } from "../../firmware/seedfile/read.js";
import type { Seed } from "../../firmware/seedfile/seed.js";
import { SEED, withDirectory } from "../support/server.js";

const KEY = {
  kind: "preshared",
  key: Buffer.from("12345678901234567890123456789012", "hex"),
} as const;

const PLAIN = `<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">
  <KeyPackage>
    <DeviceInfo><Manufacturer>maker</Manufacturer><SerialNo>987654321</SerialNo></DeviceInfo>
    <Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp">
      <AlgorithmParameters><ResponseFormat Length="6" Encoding="DECIMAL"/></AlgorithmParameters>
      <Data>
        <Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue></Secret>
        <Time><PlainValue>0</PlainValue></Time>
        <TimeInterval><PlainValue>60</PlainValue></TimeInterval>
        <TimeDrift><PlainValue>-4</PlainValue></TimeDrift>
      </Data>
      <Policy>
        <StartDate>2026-05-01T00:00:00Z</StartDate>
        <ExpiryDate>2031-05-31T08:00:00+09:00</ExpiryDate>
        <KeyUsage>OTP</KeyUsage>
      </Policy>
    </Key>
  </KeyPackage>
</KeyContainer>`;

const read = async (text: string, key?: Parameters<typeof readSeeds>[1]) => readSeeds([text], key);
const written = (seeds: Seed[], key: Parameters<typeof writePskc>[1] = KEY): string =>
  [...writePskc(seeds, key)].join("");

describe("reading PSKC", () => {
  it("a plain file", async () => {
    expect(await read(PLAIN)).toEqual({
      encrypted: false,
      seeds: [
        {
          serial: "987654321",
          secret: Buffer.from("12345678901234567890"),
          algorithm: "SHA1",
          start: Date.UTC(2026, 4, 1) / 1000,
          expiry: Date.UTC(2031, 4, 30, 23) / 1000,
          timeDrift: -4,
        },
      ],
    });
  });

  it("a file in pieces of one character", async () => {
    expect(await readSeeds([...PLAIN], undefined)).toEqual(await read(PLAIN));
  });

  const HOTP = "12345678901234567890";
  it.each([
    [2, ["1234"]],
    [3, [HOTP]],
    [5, [HOTP, "1234"]], // a key and its PIN
    [6, [HOTP]],
    [7, [HOTP]],
    [10, [HOTP, HOTP, HOTP, HOTP]],
  ])("RFC 6030's figure %i, to its stated keys", async (figure, stated) => {
    const path = `../vectors/rfc6030-figure${String(figure)}.xml`;
    const text = readFileSync(new URL(path, import.meta.url), "utf8");
    const passphrase = { kind: "passphrase", passphrase: "qwerty" } as const;
    const secrets = [];
    for await (const { secret } of readPskc([text], figure === 7 ? passphrase : KEY)) {
      secrets.push(Buffer.from(secret).toString("latin1"));
    }
    expect(secrets).toEqual(stated);
  });

  const refused: [string, string, (text: string) => string][] = [
    ["no XML", "seed file: is not well-formed XML", () => "serial,seed"],
    ["nothing", "seed file: is not well-formed XML", () => ""],
    ["a truncated file", "seed file: is not well-formed XML", (t) => t.slice(0, 700)],
    [
      "a document type",
      "seed file: has a document type",
      (t) => t.replace("<KeyContainer", "<!DOCTYPE x><KeyContainer"),
    ],
    ["an entity", "seed file: is not well-formed XML", (t) => t.replace("maker", "&evil;")],
    ["another root", "KeyContainer: is not the root", (t) => t.replaceAll("KeyContainer", "Keys")],
    ["another namespace", "KeyPackage: is missing", (t) => t.replaceAll('keyprov:pskc"', 'other"')],
    ["another version", "Version: must be 1.0", (t) => t.replace('Version="1.0"', 'Version="2.0"')],
    ["no key", "KeyPackage: is missing", (t) => t.replace(/<KeyPackage>[^]*<\/KeyPackage>/, "")],
    [
      "no serial",
      "SerialNo: must be 8 to 12 digits",
      (t) => t.replace(/<SerialNo>.*<\/SerialNo>/, ""),
    ],
    [
      "a serial of letters",
      "SerialNo: must be 8 to 12 digits",
      (t) => t.replace("987654321", "AB654321"),
    ],
    [
      "no secret",
      "serial 987654321, Secret: is missing",
      (t) => t.replace(/<Secret>.*<\/Secret>/, ""),
    ],
    [
      "a secret that is no Base64",
      "serial 987654321, PlainValue: must be Base64",
      (t) => t.replace("MTIz", "M*Iz"),
    ],
    [
      "a short secret",
      "serial 987654321, Secret: must be 16 to 64 bytes",
      (t) => t.replace(/MTIz.*=/, "MTIz"),
    ],
    ["HOTP", "serial 987654321, Algorithm: must be", (t) => t.replace("pskc:totp", "pskc:hotp")],
    [
      "an unknown suite",
      "serial 987654321, Suite: must be",
      (t) => t.replace("<ResponseFormat", "<Suite>MD5</Suite><ResponseFormat"),
    ],
    [
      "eight digits",
      "serial 987654321, ResponseFormat Length: must be 6",
      (t) => t.replace('Length="6"', 'Length="8"'),
    ],
    [
      "letters as codes",
      "serial 987654321, ResponseFormat Encoding: must be DECIMAL",
      (t) => t.replace("DECIMAL", "ALPHANUMERIC"),
    ],
    [
      "check digits",
      "serial 987654321, CheckDigits: is not supported",
      (t) => t.replace('Length="6"', 'Length="6" CheckDigits="true"'),
    ],
    [
      "half a minute",
      "serial 987654321, TimeInterval: must be 60",
      (t) => t.replace(">60<", ">30<"),
    ],
    [
      "another time zero",
      "serial 987654321, Time: must be 0",
      (t) => t.replace("<Time><PlainValue>0", "<Time><PlainValue>100"),
    ],
    [
      "an encrypted time",
      "serial 987654321, Time: must have a plain value",
      (t) => t.replace("<Time><PlainValue>0</PlainValue>", "<Time><EncryptedValue/>"),
    ],
    [
      "a drift in seconds",
      "serial 987654321, TimeDrift: must be a whole number",
      (t) => t.replace(">-4<", ">-4.5<"),
    ],
    [
      "an unknown policy",
      "serial 987654321, Policy PINPolicy: cannot be honoured",
      (t) => t.replace("<KeyUsage>", "<PINPolicy/><KeyUsage>"),
    ],
    [
      "another usage",
      "serial 987654321, KeyUsage: does not allow OTP",
      (t) => t.replace(">OTP<", ">Encrypt<"),
    ],
    [
      "a date without a zone",
      "serial 987654321, StartDate: must be a time with its zone",
      (t) => t.replace("01T00:00:00Z", "01T00:00:00"),
    ],
    [
      "a date of no calendar",
      "serial 987654321, StartDate: is no date",
      (t) => t.replace("2026-05-01", "2026-02-30"),
    ],
    [
      "an expiry before the start",
      "serial 987654321, ExpiryDate: must be after StartDate",
      (t) => t.replace("2031", "2021"),
    ],
    [
      "a serial twice",
      "SerialNo: 987654321 stands in the file twice",
      (t) => t.replace(/(<KeyPackage>[^]*<\/KeyPackage>)/, "$1$1"),
    ],
    [
      "a secret neither plain nor encrypted",
      "serial 987654321, Secret: has neither",
      (t) => t.replace(/<PlainValue>MT.*?<\/PlainValue>/, "<Other/>"),
    ],
    [
      "nesting without end",
      "seed file: is nested too deeply",
      (t) => t.replace("maker", `${"<a>".repeat(40)}${"</a>".repeat(40)}`),
    ],
    [
      "an endless element",
      "seed file: has an endless",
      (t) => t.replace("maker", "m".repeat(70_000)),
    ],
  ];

  it.each(refused)("%s is refused: %s", async (_name, problem, change) => {
    const text = change(PLAIN);
    expect(text).not.toBe(PLAIN);
    const error: unknown = await read(text).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(problem);
    expect((error as Error).message).not.toContain("MTIzNDU2Nzg5MDEy");
  });

  it("the newest hashes by their suites", async () => {
    for (const algorithm of ["SHA256", "SHA512"] as const) {
      const text = PLAIN.replace(
        "<ResponseFormat",
        `<Suite>HMAC-${algorithm}</Suite><ResponseFormat`,
      );
      expect((await read(text)).seeds[0]?.algorithm).toBe(algorithm);
    }
  });
});

describe("encrypted PSKC", () => {
  const seeds: Seed[] = [
    SEED,
    {
      ...SEED,
      serial: "0123456789",
      algorithm: "SHA256",
      secret: Buffer.alloc(32, 8),
      start: undefined,
      expiry: undefined,
      timeDrift: 3,
    },
  ];

  it.each([
    ["a 128-bit key", KEY],
    ["a 192-bit key", { kind: "preshared", key: Buffer.alloc(24, 1) }],
    ["a 256-bit key", { kind: "preshared", key: Buffer.alloc(32, 1) }],
    ["a passphrase", { kind: "passphrase", passphrase: "割符 and a long sentence" }],
  ] as const)("is read back under %s, and shows no seed", async (_name, key) => {
    const text = written(seeds, key);
    expect(await read(text, key)).toEqual({ encrypted: true, seeds });
    for (const form of ["latin1", "hex", "base64"] as const) {
      expect(text).not.toContain(Buffer.from(SEED.secret).toString(form));
    }
  });

  it("any seed survives", async () => {
    const secret = fc.uint8Array({ minLength: 16, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(secret, async (bytes) => {
        const seed = { ...SEED, secret: Buffer.from(bytes) };
        expect((await read(written([seed]), KEY)).seeds).toEqual([seed]);
      }),
      { numRuns: 50 },
    );
  });

  const text = written([SEED]);
  const base64 = (field: string): RegExp => new RegExp(`(<${field}>)([A-Za-z0-9+/=]+)`, "g");
  const flip = (value: string): string => {
    const bytes = Buffer.from(value, "base64");
    bytes[bytes.length - 1]! ^= 1;
    return bytes.toString("base64");
  };
  const cases: [string, string, string, Parameters<typeof read>[1]][] = [
    ["no key", "key file: is needed", text, undefined],
    ["the wrong key", "", text, { kind: "preshared", key: Buffer.alloc(16) }],
    [
      "a key of another length",
      "key file: holds no 128-bit key",
      text,
      { kind: "preshared", key: Buffer.alloc(32) },
    ],
    [
      "a passphrase in place of a key",
      "key file: holds a passphrase",
      text,
      { kind: "passphrase", passphrase: "x" },
    ],
    [
      "a changed MAC",
      "ValueMAC: does not match",
      text.replace(base64("ValueMAC"), (_m, tag: string, v: string) => tag + flip(v)),
      KEY,
    ],
    [
      "a changed ciphertext",
      "ValueMAC: does not match",
      text.replace(
        /(<EncryptedValue>.*?<xenc:CipherValue>)([^<]+)/,
        (_m, tag: string, v: string) => tag + flip(v),
      ),
      KEY,
    ],
    ["a short MAC", "ValueMAC: does not match", text.replace(base64("ValueMAC"), "$1AAAA"), KEY],
    ["no MAC", "ValueMAC: is missing", text.replace(/<ValueMAC>.*<\/ValueMAC>/, ""), KEY],
    [
      "no MAC method",
      "MACMethod: is missing",
      text.replace(/<MACMethod[^]*<\/MACMethod>/, ""),
      KEY,
    ],
    ["an unknown MAC", "MACMethod: is not supported", text.replace("hmac-sha1", "hmac-md5"), KEY],
    [
      "an unknown cipher",
      "EncryptionMethod: is not supported",
      text.replaceAll("aes128-cbc", "tripledes-cbc"),
      KEY,
    ],
    [
      "no encryption key",
      "EncryptionKey: is missing",
      text.replace(/<EncryptionKey>[^]*<\/EncryptionKey>/, ""),
      KEY,
    ],
    [
      "an empty ciphertext",
      "CipherValue: must be Base64",
      text.replace(/(<EncryptedValue>.*?<xenc:CipherValue>)[^<]+/, "$1"),
      KEY,
    ],
  ];

  it.each(cases)("with %s is refused: %s", async (_name, problem, changed, key) => {
    const error: unknown = await read(changed, key).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(problem);
  });

  it("under another MAC key than the encryption key, or without one of its own", async () => {
    const { createHmac } = await import("node:crypto");
    const own = text.replace(/<MACKey>.*<\/MACKey>/, "");
    const value = /<EncryptedValue>.*?<xenc:CipherValue>([^<]+)/.exec(own)![1]!;
    const mac = createHmac("sha1", KEY.key).update(Buffer.from(value, "base64")).digest("base64");
    const changed = own.replace(base64("ValueMAC"), `$1${mac}`);
    expect((await read(changed, KEY)).seeds).toEqual([SEED]);
  });

  it("asks for PBKDF2 with parameters that can be met", async () => {
    const key = { kind: "passphrase", passphrase: "qwerty" } as const;
    const passphrased = written([SEED], key).replace(
      "<IterationCount>1300000",
      "<IterationCount>1",
    );
    for (const [change, problem] of [
      [(t: string) => t.replace("#pbkdf2", "#pbkdf1"), "KeyDerivationMethod: must be PBKDF2"],
      [
        (t: string) => t.replace(">1</IterationCount>", ">99000000</IterationCount>"),
        "IterationCount: must be a whole number",
      ],
      [
        (t: string) => t.replace("<KeyLength>16</KeyLength>", ""),
        "PBKDF2-params: must be a whole number",
      ],
      [(t: string) => t.replace("<PRF/>", '<PRF Algorithm="md5"/>'), "PRF: is not supported"],
      [(t: string) => t.replace(/<Specified>.*<\/Specified>/, ""), "Salt: must be Base64"],
    ] as const) {
      await expect(read(change(passphrased), key)).rejects.toThrow(problem);
    }
    await expect(read(passphrased, KEY)).rejects.toThrow("key file: holds a key, but");
    await expect(read(passphrased, key)).rejects.toThrow(/does not match|cannot be decrypted/);
  });
});

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
    const { path, remove } = withDirectory();
    writeFileSync(join(path, "key"), "00112233445566778899aabbccddeeff");
    writeFileSync(join(path, "seeds"), written([SEED], readKeyFile(join(path, "key"))));
    const file = await readSeedFile(join(path, "seeds"), readKeyFile(join(path, "key")));
    expect(file.seeds).toEqual([SEED]);
    remove();
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
