import { sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";

type Message = string | Uint8Array | ArrayBuffer;

/** The hashes a board may have natively, over @noble/hashes. */
export type HashName = "SHA1" | "SHA256" | "SHA512";

const HASHES = { SHA1: sha1, SHA256: sha256, SHA512: sha512 };

/**
 * Espruino's `require("crypto").SHA…`: takes a string of one byte a character, or bytes. It returns
 * an ArrayBuffer, which there can be indexed like an array: what comes nearest here is a Uint8Array.
 */
export function nativeHash(name: HashName): (message: Message) => Uint8Array {
  return (message) => {
    const bytes = typeof message === "string" ? Buffer.from(message, "latin1") : message;
    return HASHES[name](viewOf(bytes));
  };
}

/** A view made here: what comes from another context is no instance of this one's Uint8Array. */
function viewOf(bytes: Uint8Array | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}
