import type { Bytes } from "../otp/hash.js";
import {
  CHECK_LENGTH,
  DIGITS,
  HEADER_LENGTH,
  MAGIC,
  SEED_MAX,
  SEED_MIN,
  type TokenRecord,
} from "../otp/record.js";
import { PERIOD, SERIAL_PATTERN } from "./seed.js";

const MAX_TIME = Number.MAX_SAFE_INTEGER;
const TWO_32 = 4294967296;

/**
 * Writes a record; the layout stands at {@link TokenRecord}. `sha1` is the check value's hash.
 * @throws RangeError naming the field that a record cannot hold
 */
export function encodeRecord(
  record: TokenRecord,
  sha1: (message: Uint8Array) => Bytes,
): Uint8Array {
  assertFits("serial", SERIAL_PATTERN.test(record.serial));
  assertFits("seed", record.seed.length >= SEED_MIN && record.seed.length <= SEED_MAX);
  assertFits("algorithm", [1, 2, 3].includes(record.algorithm));
  assertFits("start", isWhole(record.start, 0, MAX_TIME));
  assertFits("expiry", isWhole(record.expiry, 0, MAX_TIME));
  assertFits("trim", isWhole(record.trim, -0x80000000, 0x7fffffff));
  const end = HEADER_LENGTH + record.seed.length;
  const bytes = new Uint8Array(end + CHECK_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  bytes.set([record.algorithm, DIGITS, PERIOD, record.seed.length], 4);
  view.setUint32(8, record.start / TWO_32);
  view.setUint32(12, record.start);
  view.setUint32(16, record.expiry / TWO_32);
  view.setUint32(20, record.expiry);
  view.setInt32(24, record.trim);
  for (let i = 0; i < record.serial.length; i++) bytes[28 + i] = record.serial.charCodeAt(i);
  bytes.set(record.seed, HEADER_LENGTH);
  const check = sha1(bytes.slice(0, end));
  for (let i = 0; i < CHECK_LENGTH; i++) bytes[end + i] = check[i]!;
  return bytes;
}

/**
 * Reads a record's bytes before its seed, which comes out empty; nothing proves them undamaged.
 * @returns undefined where they are no record's
 */
export function headerOf(bytes: Uint8Array): TokenRecord | undefined {
  const view = Buffer.from(bytes);
  if (view.length < HEADER_LENGTH || view.readUInt32BE(0) !== MAGIC) return undefined;
  return {
    serial: view.toString("latin1", 28, HEADER_LENGTH).replaceAll("\0", ""),
    seed: new Uint8Array(),
    algorithm: view[4]!,
    start: Number(view.readBigUInt64BE(8)),
    expiry: Number(view.readBigUInt64BE(16)),
    trim: view.readInt32BE(24),
  };
}

function isWhole(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}

function assertFits(field: string, fits: boolean): void {
  if (!fits) throw new RangeError(`the token record cannot hold this ${field}`);
}
