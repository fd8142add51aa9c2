import {
  type ClockBound,
  type ClockEstimate,
  OFFSET_UNITS,
  RATE_UNITS,
} from "../core/clock/estimate.js";
import { StoreUnavailable } from "./store.js";

const VERSION = 1;
const HEADER = 22;
const BOUND = 8;

/**
 * A clock estimate as a store keeps it, in at most 70 bytes; its numbers are whole in these units, so
 * that nothing is rounded. Big-endian: version (1 byte), ppm, slowest, fastest (4 each), the newest
 * bound's time (8, a double), the number of ceilings (1); then the ceilings and the floors: age before
 * that time in seconds (4), offset (4).
 * @throws RangeError for an offset of more than a year
 */
export function encodeClock(clock: ClockEstimate): Uint8Array {
  const bounds = [...clock.ceilings, ...clock.floors];
  const newest = Math.max(...bounds.map(({ at }) => at));
  const bytes = Buffer.allocUnsafe(HEADER + BOUND * bounds.length);
  bytes.writeUInt8(VERSION, 0);
  [clock.ppm, clock.slowest, clock.fastest].forEach((rate, index) => {
    bytes.writeInt32BE(Math.round(rate * RATE_UNITS), 1 + 4 * index);
  });
  bytes.writeDoubleBE(newest, 13);
  bytes.writeUInt8(clock.ceilings.length, 21);
  bounds.forEach(({ at, offset }, index) => {
    bytes.writeUInt32BE(newest - at, HEADER + BOUND * index);
    bytes.writeInt32BE(Math.round(offset * OFFSET_UNITS), HEADER + BOUND * index + 4);
  });
  return bytes;
}

/** @throws StoreUnavailable for what a later version has written */
export function decodeClock(stored: Uint8Array): ClockEstimate {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  if (bytes[0] !== VERSION) {
    throw new StoreUnavailable("a token's clock was written by a later version of warifu");
  }
  const [ppm, slowest, fastest] = [1, 5, 9].map((at) => bytes.readInt32BE(at) / RATE_UNITS);
  const newest = bytes.readDoubleBE(13);
  const bounds: ClockBound[] = [];
  for (let at = HEADER; at < bytes.length; at += BOUND) {
    bounds.push({
      at: newest - bytes.readUInt32BE(at),
      offset: bytes.readInt32BE(at + 4) / OFFSET_UNITS,
    });
  }
  const ceilings = bounds.splice(0, bytes[21]);
  return { ppm: ppm!, slowest: slowest!, fastest: fastest!, ceilings, floors: bounds };
}
