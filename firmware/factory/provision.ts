import { randomBytes } from "node:crypto";
import { BOARD_MODELS, boardModel } from "../../simulator/boards.js";
import { InputError } from "../seedfile/input-error.js";
import { type Algorithm, ALGORITHMS, type Seed, SERIAL_PATTERN } from "../seedfile/seed.js";

/** What a batch of new tokens is to be. */
export interface Batch {
  readonly count: number;
  /** 8 to 12 digits; the tokens after it count up. */
  readonly firstSerial: string;
  /** Unix seconds. */
  readonly start: number;
  readonly expiry: number;
  readonly algorithm: Algorithm;
  readonly board: string;
}

/** Seed lengths in bytes: each hash's own output (RFC 4226 section 4, R6; RFC 6238 section 5.1). */
const SEED_LENGTH = { SHA1: 20, SHA256: 32, SHA512: 64 } as const;

const MAX_COUNT = 1_000_000;

/**
 * New seeds from the system's random source, one for each token.
 * @throws InputError naming the option that cannot be met
 */
export function provision(batch: Batch): Seed[] {
  const { count, firstSerial, start, expiry, algorithm, board } = batch;
  if (!SERIAL_PATTERN.test(firstSerial)) {
    throw new InputError("--first-serial", "must be 8 to 12 digits");
  }
  if (!Number.isInteger(count) || count < 1 || count > MAX_COUNT) {
    throw new InputError("--count", `must be a whole number from 1 to ${String(MAX_COUNT)}`);
  }
  const last = String(Number(firstSerial) + count - 1);
  if (last.length > firstSerial.length) {
    throw new InputError("--count", `serials of ${String(firstSerial.length)} digits do not reach`);
  }
  if (expiry <= start) throw new InputError("--expires", "must be in the future");
  if (!Object.hasOwn(ALGORITHMS, algorithm)) {
    throw new InputError("--algorithm", "must be SHA1, SHA256 or SHA512");
  }
  const model = boardModel(board);
  if (!model) {
    throw new InputError("--board", `must be one of ${Object.keys(BOARD_MODELS).join(", ")}`);
  }
  if (!model.hashes.includes(algorithm)) {
    throw new InputError("--algorithm", `${board} has no native ${algorithm}`);
  }
  return Array.from({ length: count }, (_, index) => ({
    serial: String(Number(firstSerial) + index).padStart(firstSerial.length, "0"),
    secret: randomBytes(SEED_LENGTH[algorithm]),
    algorithm,
    start,
    expiry,
    timeDrift: 0,
  }));
}
