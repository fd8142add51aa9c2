import { hash } from "node:crypto";
import { blockLength, digestLength, type Hash } from "../firmware/otp/hash.js";

const NAMES: Readonly<Record<number, string>> = { 1: "sha1", 2: "sha256", 3: "sha512" };

/** Node's own hashes by the record's numbers: 1 SHA-1, 2 SHA-256, 3 SHA-512. */
export function nodeHash(algorithm: number): Hash {
  const name = NAMES[algorithm];
  if (name === undefined) throw new RangeError(`no hash has the number ${String(algorithm)}`);
  return {
    digest: (message) => hash(name, message, "buffer"),
    blockLength: blockLength(algorithm),
    digestLength: digestLength(algorithm),
  };
}
