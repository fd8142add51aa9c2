import {
  type ClockBound,
  type ClockEstimate,
  MAX_BOUNDS,
  OFFSET_UNITS,
  RATE_UNITS,
} from "../core/clock/estimate.js";
import { StoreUnavailable } from "./store.js";

const VERSION = 2;
const HEADER = 16;
const BOUND = 8;
const LENGTH = HEADER + BOUND * 2 * MAX_BOUNDS;

/**
 * A clock estimate as a store keeps it, always in 64 bytes, so that a row is written over in its place;
 * its numbers are whole in these units, so that nothing is rounded. Big-endian: version (1 byte), ppm,
 * slowest, fastest (3 each), the newest bound's time (5), the numbers of ceilings and of floors (half a
 * byte each); then the ceilings and the floors: age before that time in seconds (4), offset (4).
 * @throws RangeError for an offset of more than a year
 */
export function encodeClock({
  ppm,
  slowest,
  fastest,
  ceilings,
  floors,
}: ClockEstimate): Uint8Array {
  const bounds = [...ceilings, ...floors];
  const newest = Math.max(...bounds.map(({ at }) => at));
  const bytes = Buffer.alloc(LENGTH);
  bytes.writeUInt8(VERSION, 0);
  [ppm, slowest, fastest].forEach((rate, index) => {
    bytes.writeIntBE(Math.round(rate * RATE_UNITS), 1 + 3 * index, 3);
  });
  bytes.writeUIntBE(newest, 10, 5);
  bytes.writeUInt8(ceilings.length * 16 + floors.length, 15);
  bounds.forEach(({ at, offset }, index) => {
    bytes.writeUInt32BE(newest - at, HEADER + BOUND * index);
    bytes.writeInt32BE(Math.round(offset * OFFSET_UNITS), HEADER + BOUND * index + 4);
  });
  return bytes;
}

/**
 * Version 1 had rates of 4 bytes, a time that was a double, the number of ceilings in a byte of its own,
 * and as many bytes as it had floors.
 * @throws StoreUnavailable for what a later version has written
 */
export function decodeClock(stored: Uint8Array): ClockEstimate {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  switch (bytes[0]) {
    case 1: {
      const rates = [1, 5, 9].map((at) => bytes.readInt32BE(at));
      return decoded(rates, bytes.readDoubleBE(13), bytes[21]!, bytes.subarray(22));
    }
    case VERSION: {
      const rates = [1, 4, 7].map((at) => bytes.readIntBE(at, 3));
      const [ceilings, floors] = [bytes[15]! >> 4, bytes[15]! & 15];
      const bounds = bytes.subarray(HEADER, HEADER + BOUND * (ceilings + floors));
      return decoded(rates, bytes.readUIntBE(10, 5), ceilings, bounds);
    }
    default:
      throw new StoreUnavailable("a token's clock was written by a later version of warifu");
  }
}

function decoded(
  rates: readonly number[],
  newest: number,
  ceilings: number,
  bytes: Buffer,
): ClockEstimate {
  const [ppm, slowest, fastest] = rates.map((rate) => rate / RATE_UNITS);
  const bounds: ClockBound[] = [];
  for (let at = 0; at < bytes.length; at += BOUND) {
    bounds.push({
      at: newest - bytes.readUInt32BE(at),
      offset: bytes.readInt32BE(at + 4) / OFFSET_UNITS,
    });
  }
  const first = bounds.splice(0, ceilings);
  return { ppm: ppm!, slowest: slowest!, fastest: fastest!, ceilings: first, floors: bounds };
}
