import { hkdfSync, scryptSync } from "node:crypto";
import { base32 } from "@scure/base";
import type { FileKey } from "../seedfile/key-file.js";

/** Espruino's console looks at 20 characters of a password: 100 bits in Base32. */
const LENGTH = 20;
const BYTES = 13;
const PURPOSE = "warifu service password";

/**
 * The passwords that open a batch's locked tokens: derived from the batch's key and each token's
 * serial (HKDF, RFC 5869). So nothing but the key file has to be kept, and a password read out of one
 * token opens no other.
 * @returns the password of a serial, 20 Base32 characters
 */
export function servicePasswords(key: FileKey): (serial: string) => string {
  const material = key.kind === "preshared" ? key.key : stretched(key.passphrase);
  return (serial) => {
    const bytes = hkdfSync("sha256", material, "", `${PURPOSE} ${serial}`, BYTES);
    return base32.encode(new Uint8Array(bytes)).slice(0, LENGTH);
  };
}

/** Whoever reads a password out of a token could test guesses of the passphrase on it: each is made costly. */
function stretched(passphrase: string): Uint8Array {
  // RFC 7914, at the cost OWASP's Password Storage Cheat Sheet names for it.
  return scryptSync(passphrase, PURPOSE, 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 });
}
