import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeRecord,
  SERIAL_MAX,
  trimmedTime,
  type TokenRecord,
} from "../../firmware/otp/record.js";
import { encodeRecord } from "../../firmware/seedfile/encode-record.js";
import { DEFAULT_START, tokenRecord } from "../../firmware/seedfile/token-record.js";
import { nodeHash } from "../../server/hashes.js";
import { SEED } from "../support/server.js";

const sha1 = nodeHash(1).digest;
const record: TokenRecord = {
  serial: "12345678",
  seed: new Uint8Array(Buffer.from("12345678901234567890")),
  algorithm: 1,
  start: 1_795_000_000,
  expiry: 1_900_000_000,
  trim: -12_345,
};

describe("the token record", () => {
  it("is read back as it was written, whatever it holds", () => {
    const whole = fc.record({
      serial: fc.stringMatching(/^[0-9]{8,12}$/),
      seed: fc.uint8Array({ minLength: 16, maxLength: 64 }),
      algorithm: fc.constantFrom(1, 2, 3),
      start: fc.maxSafeNat(),
      expiry: fc.maxSafeNat(),
      trim: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
    });
    fc.assert(
      fc.property(whole, fc.nat(9), (fields, offset) => {
        const bytes = encodeRecord(fields, sha1);
        expect(decodeRecord(bytes, sha1)).toEqual(fields);
        // Also where it does not begin at the start of its buffer.
        const buffer = new Uint8Array(bytes.length + offset);
        buffer.set(bytes, offset);
        expect(decodeRecord(buffer.subarray(offset), sha1)).toEqual(fields);
      }),
    );
  });

  it("with any single bit changed is no record", () => {
    const bytes = encodeRecord(record, sha1);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeRecord(changed, sha1)).toBeUndefined();
    }
  });

  it("cut off anywhere, or left unwritten from anywhere, is no record", () => {
    const bytes = encodeRecord(record, sha1);
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeRecord(bytes.slice(0, length), sha1)).toBeUndefined();
      expect(decodeRecord(bytes.slice().fill(0xff, length), sha1)).toBeUndefined();
    }
    expect(decodeRecord(new Uint8Array(200), sha1)).toBeUndefined();
  });

  /** A record that is whole, with a right check value, whatever it says. */
  const checked = (bytes: Uint8Array): Uint8Array => {
    const end = bytes.length - 8;
    bytes.set(Buffer.from(sha1(bytes.slice(0, end)) as Uint8Array).subarray(0, 8), end);
    return bytes;
  };

  it("holds a seed of 16 to 64 bytes, and no other, whole as it may be", () => {
    const holding = (length: number): Uint8Array => {
      const bytes = new Uint8Array(40 + length + 8);
      bytes.set(encodeRecord(record, sha1).subarray(0, 40));
      bytes[7] = length;
      return checked(bytes);
    };
    for (const length of [16, 17, 63, 64]) {
      expect(decodeRecord(holding(length), sha1)?.seed).toEqual(new Uint8Array(length));
    }
    for (const length of [0, 15, 65, 80]) {
      expect(decodeRecord(holding(length), sha1)).toBeUndefined();
    }
  });

  it.each([
    ["another format", 3, 2],
    ["other digits", 5, 8],
    ["another period", 6, 30],
    ["another seed length", 7, 21],
  ])("of %s is no record, whole as it may be", (_name, offset, value) => {
    const bytes = encodeRecord(record, sha1);
    bytes[offset] = value;
    expect(decodeRecord(checked(bytes), sha1)).toBeUndefined();
  });

  it.each([
    ["serial", { serial: "1234567" }],
    ["serial", { serial: "1".repeat(SERIAL_MAX + 1) }],
    ["seed", { seed: new Uint8Array(15) }],
    ["seed", { seed: new Uint8Array(65) }],
    ["algorithm", { algorithm: 4 }],
    ["start", { start: 1.5 }],
    ["expiry", { expiry: -1 }],
    ["trim", { trim: 2 ** 31 }],
  ] as [string, Partial<TokenRecord>][])("cannot hold any %s", (field, changes) => {
    expect(() => encodeRecord({ ...record, ...changes }, sha1)).toThrow(
      `cannot hold this ${field}`,
    );
  });

  it("of a seed starts where the seed file says, or in 2020", () => {
    expect(decodeRecord(tokenRecord(SEED), sha1)).toMatchObject({
      start: SEED.start,
      serial: SEED.serial,
    });
    const open = { ...SEED, start: undefined, expiry: undefined, algorithm: "SHA512" as const };
    expect(decodeRecord(tokenRecord(open), sha1)).toMatchObject({
      start: DEFAULT_START,
      expiry: 0,
      algorithm: 3,
    });
    expect(decodeRecord(tokenRecord(SEED, { start: 0 }), sha1)).toMatchObject({ start: 0 });
    expect(new Date(DEFAULT_START * 1000).toISOString()).toBe("2020-01-01T00:00:00.000Z");
  });
});

describe("the trimmed clock", () => {
  it("takes out what the clock gains, counted from when it was set", () => {
    const trimmed = { ...record, trim: -50_000 }; // the clock gains 50 ppm
    expect(trimmedTime(trimmed, record.start)).toBe(record.start);
    const day = record.start + 86_400 * (1 + 50e-6);
    expect(trimmedTime(trimmed, day)).toBeCloseTo(record.start + 86_400, 3);
    expect(trimmedTime({ ...record, trim: 0 }, 123.25)).toBe(123.25);
  });
});
