import type { Bytes } from "./hash.js";
import { PERIOD } from "./totp.js";

/**
 * The token record: all that makes one board one token. It lives in the board's Storage beside the
 * seed-free image. Integers are big-endian.
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 3 | "wrf" |
 * | 3 | 1 | format, 1 |
 * | 4 | 1 | algorithm: 1 SHA-1, 2 SHA-256, 3 SHA-512 |
 * | 5 | 1 | digits, 6 |
 * | 6 | 1 | period in seconds, 60 |
 * | 7 | 1 | seed length n, 16 to 64 |
 * | 8 | 8 | start, Unix seconds: when the clock was set |
 * | 16 | 8 | expiry, Unix seconds; 0 for none |
 * | 24 | 4 | clock trim, signed, parts per billion |
 * | 28 | 12 | serial, 8 to 12 ASCII digits, padded with zero bytes |
 * | 40 | n | seed |
 * | 40+n | 8 | check value: the first bytes of SHA-1 over all before it |
 */
export interface TokenRecord {
  readonly serial: string;
  readonly seed: Uint8Array;
  /** 1 SHA-1, 2 SHA-256, 3 SHA-512. */
  readonly algorithm: number;
  /** Unix seconds. A clock that reads earlier was lost. */
  readonly start: number;
  /** Unix seconds, the first one at which the token is no longer valid; 0 for a token without expiry. */
  readonly expiry: number;
  /** What to add to the clock's rate, in parts per billion, counted from `start`. */
  readonly trim: number;
}

/** The record's name in the board's Storage. */
export const RECORD_FILE = "warifu.token";

export const HEADER_LENGTH = 40;
export const CHECK_LENGTH = 8;
/** RFC 4226 section 4, R6, asks for at least 128 bits; 64 bytes are SHA-512's own length. */
export const SEED_MIN = 16;
export const SEED_MAX = 64;
export const SERIAL_MAX = 12;
/** "wrf" and the format's number, as one big-endian word. */
export const MAGIC = 0x77726601;
export const DIGITS = 6;

const TWO_32 = 4294967296;

/**
 * Reads a record. `sha1` is the check value's hash.
 * @returns undefined for anything but a whole, undamaged record of this format.
 */
export function decodeRecord(
  bytes: Uint8Array,
  sha1: (message: Uint8Array) => Bytes,
): TokenRecord | undefined {
  const end = bytes.length - CHECK_LENGTH;
  const length = end - HEADER_LENGTH;
  if (length < SEED_MIN || length > SEED_MAX) return undefined;
  const check = sha1(new Uint8Array(bytes.buffer, bytes.byteOffset, end));
  for (let i = 0; i < CHECK_LENGTH; i++) if (bytes[end + i] !== check[i]) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(0) !== MAGIC || bytes[5] !== DIGITS) return undefined;
  if (bytes[6] !== PERIOD || bytes[7] !== length) return undefined;
  let serial = "";
  for (let i = 28; i < HEADER_LENGTH && bytes[i] !== 0; i++) {
    serial += String.fromCharCode(bytes[i]!);
  }
  return {
    serial: serial,
    seed: new Uint8Array(bytes.buffer, bytes.byteOffset + HEADER_LENGTH, length),
    algorithm: bytes[4]!,
    start: view.getUint32(8) * TWO_32 + view.getUint32(12),
    expiry: view.getUint32(16) * TWO_32 + view.getUint32(20),
    trim: view.getInt32(24),
  };
}

/**
 * The true time, from the board's clock: the error measured at the bench is taken out, counted
 * from the moment the clock was set.
 * @returns Unix seconds with a fraction
 */
export function trimmedTime(record: TokenRecord, clock: number): number {
  return clock + (clock - record.start) * record.trim * 1e-9;
}
