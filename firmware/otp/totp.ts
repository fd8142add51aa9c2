import type { Bytes, Hash } from "./hash.js";

/** Seconds in a time step. RFC 6238 section 4.1 calls it X; the bank's tokens use one minute. */
export const PERIOD = 60;

/** The time step of a Unix time: T = floor((t - T0) / X) with T0 = 0 (RFC 6238 section 4.2). */
export function stepAt(unixSeconds: number): number {
  return Math.floor(unixSeconds / PERIOD);
}

/**
 * Prepares a seed and returns the function that computes its six-digit code for a step
 * (HOTP, RFC 4226 section 5.3). Steps are whole numbers from 0 to 2^32 - 1; at 60 s a step the
 * last one is in the year 10136. A seed is no longer than a block, so it is HMAC's key as it stands.
 *
 * The two padded keys of HMAC (RFC 2104 section 2) are built once: a code then costs two digests
 * and as little of the interpreter as can be. Hence the bound functions (a name is looked up faster
 * than a method), and the digest copied behind the outer key a second time to be read through a
 * view that is there already.
 */
export function codeGenerator(hash: Hash, seed: Uint8Array): (step: number) => string {
  const block = hash.blockLength;
  const inner = new Uint8Array(block + 8);
  const outer = new Uint8Array(block + hash.digestLength);
  for (let i = 0; i < block; i++) {
    const byte = i < seed.length ? seed[i]! : 0;
    inner[i] = byte ^ 0x36; // ipad, RFC 2104 section 2
    outer[i] = byte ^ 0x5c; // opad, RFC 2104 section 2
  }
  const counter = new DataView(inner.buffer, block);
  const tail = new Uint8Array(outer.buffer, block, hash.digestLength);
  const tailView = new DataView(outer.buffer, block);
  const last = hash.digestLength - 1;
  const setCounter = counter.setUint32.bind(counter, 4);
  const hashInner = hash.digest.bind(undefined, inner);
  const hashOuter = hash.digest.bind(undefined, outer);
  const setTail = tail.set.bind(tail);
  const readTail = tailView.getInt32.bind(tailView);
  // Held from one code to the next: freeing it at once would scatter the board's small heap.
  let mac: Bytes;
  // Dynamic truncation, then six digits with their leading zeros (RFC 4226 section 5.3).
  return (step) => (
    setCounter(step),
    setTail(hashInner()),
    (mac = hashOuter()),
    setTail(mac),
    ("00000" + ((readTail(tail[last]! & 15) & 0x7fffffff) % 1000000)).slice(-6)
  );
}
