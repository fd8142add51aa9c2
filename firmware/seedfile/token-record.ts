import { hash } from "node:crypto";
import { encodeRecord } from "./encode-record.js";
import { ALGORITHMS, type Seed } from "./seed.js";

/** Where a seed file does not say from when a token is valid: 2020-01-01T00:00:00Z. */
export const DEFAULT_START = 1_577_836_800;

function sha1(message: Uint8Array): Uint8Array {
  return hash("sha1", message, "buffer");
}

/**
 * The record that makes a board the token of a seed.
 * @param start when the board's clock was set, Unix seconds
 * @throws RangeError naming a field the record cannot hold
 */
export function tokenRecord(seed: Seed, start = seed.start ?? DEFAULT_START): Uint8Array {
  return encodeRecord(
    {
      serial: seed.serial,
      seed: seed.secret,
      algorithm: ALGORITHMS[seed.algorithm],
      start,
      expiry: seed.expiry ?? 0,
      trim: 0,
    },
    sha1,
  );
}
