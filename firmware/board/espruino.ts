import type { Memory } from "../app/token.js";
import { blockLength, digestLength, type Hash, SHA1, SHA256 } from "../otp/hash.js";
import { RECORD_FILE } from "../otp/record.js";

/** The image runs from here: before the code a button held at start could skip, and after reset(). */
const IMAGE_FILE = ".boot0";

function bytesOf(name: string): Uint8Array | undefined {
  const file = require("Storage").readArrayBuffer(name);
  return file ? new Uint8Array(file) : undefined;
}

function nativeHash(algorithm: number): Hash | undefined {
  const crypto = require("crypto");
  const digest =
    algorithm === SHA1 ? crypto.SHA1 : algorithm === SHA256 ? crypto.SHA256 : crypto.SHA512;
  if (!digest) return undefined;
  return {
    digest: digest,
    blockLength: blockLength(algorithm),
    digestLength: digestLength(algorithm),
  };
}

/** The memory of every Espruino board: Storage, native crypto, the battery. */
export const memory: Memory = {
  record: () => bytesOf(RECORD_FILE),
  image: () => bytesOf(IMAGE_FILE),
  hash: nativeHash,
  battery: () => E.getBattery(),
};
