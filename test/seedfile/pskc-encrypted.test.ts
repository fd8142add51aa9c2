import { createCipheriv, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../firmware/seedfile/input-error.js";
import type { FileKey } from "../../firmware/seedfile/key-file.js";
import { writePskc } from "../../firmware/seedfile/pskc-write.js";
import { readSeeds } from "../../firmware/seedfile/read.js";
import type { Seed } from "../../firmware/seedfile/seed.js";
import { SEED } from "../support/server.js";

const KEY = {
  kind: "preshared",
  key: Buffer.from("12345678901234567890123456789012", "hex"),
} as const;

const read = (text: string, key?: FileKey) => readSeeds([text], key);
const written = (seeds: Seed[], key: Parameters<typeof writePskc>[1] = KEY): string =>
  [...writePskc(seeds, key)].join("");

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
    [
      "a MAC named like a part of every object",
      "MACMethod: is not supported",
      text.replace(/Algorithm="[^"]*hmac-sha1"/, 'Algorithm="constructor"'),
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

  it.each([
    [
      "in place of an encrypted one",
      (t: string) =>
        t.replace(
          /<EncryptedValue>[^]*<\/ValueMAC>/,
          "<PlainValue>QUFBQUFBQUFBQUFBQUFBQQ==</PlainValue>",
        ),
    ],
    [
      "beside it",
      (t: string) =>
        t.replace(
          "<EncryptedValue>",
          "<PlainValue>QUFBQUFBQUFBQUFBQUFBQQ==</PlainValue><EncryptedValue>",
        ),
    ],
  ])("with a plain secret %s is refused", async (_name, change) => {
    await expect(read(change(text), KEY)).rejects.toThrow(
      "serial 12345678, PlainValue: stands in a file whose secrets are encrypted",
    );
  });

  it.each(cases)("with %s is refused: %s", async (_name, problem, changed, key) => {
    const error: unknown = await read(changed, key).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(problem);
  });

  it("under another MAC key than the encryption key, or without one of its own", async () => {
    const own = text.replace(/<MACKey>.*<\/MACKey>/, "");
    const value = /<EncryptedValue>.*?<xenc:CipherValue>([^<]+)/.exec(own)![1]!;
    const mac = createHmac("sha1", KEY.key).update(Buffer.from(value, "base64")).digest("base64");
    const changed = own.replace(base64("ValueMAC"), `$1${mac}`);
    expect((await read(changed, KEY)).seeds).toEqual([SEED]);
  });

  it.each([
    ["kw-aes128", "2001/04/xmlenc#kw-aes128", "id-aes128-wrap", "a6a6a6a6a6a6a6a6", 16, 24],
    ["kw-aes256", "2001/04/xmlenc#kw-aes256", "id-aes256-wrap", "a6a6a6a6a6a6a6a6", 32, 32],
    ["kw-aes-128-pad", "2009/xmlenc11#kw-aes-128-pad", "id-aes128-wrap-pad", "a65959a6", 16, 20],
  ])(
    "under %s needs no MAC, and the right key",
    async (_name, uri, cipher, iv, keyLength, length) => {
      const key = { kind: "preshared", key: Buffer.alloc(keyLength, 3) } as const;
      const secret = Buffer.from("123456789012345678901234567890123456").subarray(0, length);
      const wrap = createCipheriv(cipher, key.key, Buffer.from(iv, "hex"));
      const wrapped = Buffer.concat([wrap.update(secret), wrap.final()]).toString("base64");
      const value = `<EncryptedValue><xenc:EncryptionMethod Algorithm="http://www.w3.org/${uri}"/><xenc:CipherData><xenc:CipherValue>${wrapped}</xenc:CipherValue></xenc:CipherData></EncryptedValue>`;
      const changed = text
        .replace(/<MACMethod[^]*<\/MACMethod>/, "")
        .replace(/<EncryptedValue>[^]*<\/ValueMAC>/, value);
      expect((await read(changed, key)).seeds).toEqual([{ ...SEED, secret }]);
      const other = { kind: "preshared", key: Buffer.alloc(keyLength, 4) } as const;
      await expect(read(changed, other)).rejects.toThrow("EncryptedValue: cannot be unwrapped");
      const short = { kind: "preshared", key: Buffer.alloc(24) } as const;
      await expect(read(changed, short)).rejects.toThrow("key file: holds no");
      await expect(read(changed.replace(wrapped, ""), key)).rejects.toThrow("CipherValue");
    },
  );

  it("asks for PBKDF2 with parameters that can be met", async () => {
    const key = { kind: "passphrase", passphrase: "qwerty" } as const;
    const passphrased = written([SEED], key).replace(
      "<IterationCount>1300000",
      "<IterationCount>1",
    );
    for (const [change, problem] of [
      [(t: string) => t.replace("#pbkdf2", "#pbkdf1"), "KeyDerivationMethod: must be PBKDF2"],
      [
        (t: string) => t.replace(">1</IterationCount>", ">2000001</IterationCount>"),
        "IterationCount: must be a whole number from 1 to 2000000",
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
