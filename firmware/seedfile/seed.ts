import { SEED_MAX, SEED_MIN } from "../otp/record.js";
import { PERIOD } from "../otp/totp.js";
import { InputError } from "./input-error.js";

export { PERIOD };

/** The hash names of RFC 6238 section 1.2, with the numbers the token record gives them. */
export const ALGORITHMS = { SHA1: 1, SHA256: 2, SHA512: 3 } as const;
export type Algorithm = keyof typeof ALGORITHMS;

/** One token as a seed file describes it: six digits, a minute a step, T0 = 0. */
export interface Seed {
  /** 8 to 12 digits. */
  readonly serial: string;
  /** The secret, 16 to 64 bytes. */
  readonly secret: Uint8Array;
  readonly algorithm: Algorithm;
  /** Unix seconds from which the token is valid; undefined where the file does not say. */
  readonly start: number | undefined;
  /** Unix seconds from which it no longer is; undefined for a token without expiry. */
  readonly expiry: number | undefined;
  /** The clock's known error in whole steps (RFC 6030 section 4.3.5, TimeDrift). */
  readonly timeDrift: number;
}

/** A serial as the bank prints it on the token. */
export const SERIAL_PATTERN = /^[0-9]{8,12}$/;

/** @throws InputError for a secret no record can hold */
export function checkSecret(secret: Uint8Array, field: string): void {
  if (secret.length < SEED_MIN || secret.length > SEED_MAX) {
    throw new InputError(field, "must be 16 to 64 bytes (RFC 4226 section 4, R6)");
  }
}
