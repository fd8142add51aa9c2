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
 * @param clock.start when the board's clock was set, Unix seconds
 * @param clock.trim what to add to its rate, parts per billion
 * @throws RangeError naming a field the record cannot hold
 */
export function tokenRecord(
  seed: Seed,
  clock: { readonly start?: number | undefined; readonly trim?: number } = {},
): Uint8Array {
  const { start = seed.start ?? DEFAULT_START, trim = 0 } = clock;
  return encodeRecord(
    {
      serial: seed.serial,
      seed: seed.secret,
      algorithm: ALGORITHMS[seed.algorithm],
      start,
      expiry: seed.expiry ?? 0,
      trim,
    },
    sha1,
  );
}
