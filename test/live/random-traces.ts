import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { encodeRecord } from "../../firmware/seedfile/encode-record.js";
import type { HashName } from "../../simulator/hash.js";
import type { SeededRandom } from "../support/random.js";
import type { Step, Trace } from "./interpreter.js";

const sha1 = (message: Uint8Array): Uint8Array => hash("sha1", message, "buffer");
const EARLIEST = Date.UTC(2026, 0, 1) / 1000;
const YEARS = 100 * 365 * 86_400;

/** A record of random fields: whole, damaged in one of the ways of the faults, or none at all. */
function recordOf(random: SeededRandom, powerOn: number): Uint8Array | undefined {
  const start = Math.floor(powerOn);
  const near = start + random.below(200) - 100;
  const record = encodeRecord(
    {
      serial: String(10_000_000 + random.below(999_989_999_999)),
      seed: random.bytes(16 + random.below(49)),
      algorithm: 1 + random.below(random.pick([1, 3])),
      start: random.pick([0, start - random.below(1e8), near]),
      expiry: random.pick([0, 0, near, start + 1e6]),
      trim: random.pick([0, random.below(1_000_000) - 500_000]),
    },
    sha1,
  );
  switch (random.below(12)) {
    case 0:
      return undefined;
    case 1: {
      const bit = random.below(record.length * 8);
      record[bit >> 3]! ^= 0x80 >> (bit & 7);
      return record;
    }
    case 2:
      return record.fill(0xff, random.below(record.length));
    case 3:
      return record.subarray(0, 1 + random.below(record.length - 1));
    default:
      return record;
  }
}

/** What is done to it: presses short and long, waits to the millisecond, and a look after each. */
function stepsOf(random: SeededRandom): Step[] {
  const steps: Step[] = [];
  const wait = (most: number): number => random.below(most * 1000) / 1000;
  const count = 1 + random.below(5);
  for (let press = 0; press < count; press++) {
    steps.push([wait(random.pick([1, 5, 40, 200])), true]);
    steps.push([wait(random.pick([1, 2, 10])), null]);
    steps.push([wait(random.pick([1, 2, 10])), false]);
    steps.push([0.05, null], [wait(random.pick([2, 60])), null]);
  }
  return steps;
}

/** A trace that nobody has thought of. */
export function randomTrace(board: string, image: Uint8Array, random: SeededRandom): Trace {
  const start = EARLIEST + random.below(YEARS) + random.below(1000) / 1000;
  const all: readonly HashName[] = ["SHA1", "SHA256", "SHA512"];
  const hashes = all.filter(() => random.below(8) > 0);
  return {
    ...{ board, record: recordOf(random, start), start, battery: random.below(101), hashes },
    steps: stepsOf(random),
    ...random.pick([{}, { imageCheck: crc32(image) }, { imageCheck: crc32(image) }]),
    // Now and then the image is not what it was.
    ...(random.below(20) === 0 && { imageCheck: (crc32(image) ^ 1) >>> 0 }),
  };
}
