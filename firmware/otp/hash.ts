/** Bytes by index. On the board a digest is an ArrayBuffer, which only there can be indexed. */
export interface Bytes {
  readonly length: number;
  readonly [index: number]: number;
}

/**
 * A hash function with the sizes HMAC needs, in bytes (FIPS 180-4, figure 1). It is injected: the
 * board brings its native one, Node and the simulator bring theirs.
 */
export interface Hash {
  readonly digest: (message: Uint8Array) => Bytes;
  readonly blockLength: number;
  readonly digestLength: number;
}

/** The hashes RFC 6238 section 1.2 allows, as the record numbers them. */
export const SHA1 = 1;
export const SHA256 = 2;
export const SHA512 = 3;

/** @returns the block length in bytes (FIPS 180-4, figure 1). */
export function blockLength(algorithm: number): number {
  return algorithm === SHA512 ? 128 : 64;
}

/** @returns the digest length in bytes (FIPS 180-4, figure 1). */
export function digestLength(algorithm: number): number {
  return algorithm === SHA512 ? 64 : algorithm === SHA256 ? 32 : 20;
}
