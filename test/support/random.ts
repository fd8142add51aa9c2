import { createHash } from "node:crypto";

/** Random numbers that are the same in every run: a counter under SHA-256. */
export class SeededRandom {
  #counter = 0;

  constructor(readonly seed: string) {}

  bytes(length: number): Uint8Array {
    const blocks = [];
    for (let have = 0; have < length; have += 32) {
      blocks.push(
        createHash("sha256")
          .update(`${this.seed}:${String(this.#counter++)}`)
          .digest(),
      );
    }
    return Buffer.concat(blocks).subarray(0, length);
  }

  /** A whole number from 0 to below `limit`, which is at most 2^40. */
  below(limit: number): number {
    return Buffer.from(this.bytes(6)).readUIntBE(0, 6) % limit;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}
