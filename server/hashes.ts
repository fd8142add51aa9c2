import { hash } from "node:crypto";
import { blockLength, digestLength, type Hash } from "../firmware/otp/hash.js";

const HASHES: Readonly<Record<number, Hash>> = {
  1: oneShot(1, "sha1"),
  2: oneShot(2, "sha256"),
  3: oneShot(3, "sha512"),
};

/** Node's own hashes by the record's numbers: 1 SHA-1, 2 SHA-256, 3 SHA-512. */
export function nodeHash(algorithm: number): Hash {
  const found = HASHES[algorithm];
  if (!found) throw new RangeError(`no hash has the number ${String(algorithm)}`);
  return found;
}

/** SHA-256 over a hash and a text. */
export function sha256(before: Uint8Array, text: string): Uint8Array {
  return hash("sha256", Buffer.concat([before, Buffer.from(text)]), "buffer");
}

/**
 * Each digest is written over the one before: a Buffer of its own costs more than the digest, and a code
 * is made of two that are copied at once.
 */
function oneShot(algorithm: number, name: string): Hash {
  const digest = Buffer.alloc(digestLength(algorithm));
  return {
    digest: (message) => {
      digest.write(hash(name, message, "binary"), "latin1");
      return digest;
    },
    blockLength: blockLength(algorithm),
    digestLength: digestLength(algorithm),
  };
}
