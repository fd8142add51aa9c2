import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { blockLength, digestLength, SHA1, SHA256, SHA512 } from "../../firmware/otp/hash.js";

describe.each([
  ["SHA-1", SHA1, 1, "sha1"],
  ["SHA-256", SHA256, 2, "sha256"],
  ["SHA-512", SHA512, 3, "sha512"],
])("%s", (_name, algorithm, number, name) => {
  it("has its number in the record, and its digest's length", () => {
    expect(algorithm).toBe(number);
    expect(digestLength(algorithm)).toBe(createHash(name).digest().length);
  });

  it("has the block length at which HMAC begins to hash its key (RFC 2104 section 2)", () => {
    const mac = (key: Buffer) => createHmac(name, key).update("text").digest("hex");
    const hashed = (length: number) =>
      mac(createHash(name).update(Buffer.alloc(length, 1)).digest());
    const block = blockLength(algorithm);
    expect(mac(Buffer.alloc(block + 1, 1))).toBe(hashed(block + 1));
    expect(mac(Buffer.alloc(block, 1))).not.toBe(hashed(block));
  });
});
