import { readKeyFile } from "../firmware/seedfile/key-file.js";
import { readSeedFile } from "../firmware/seedfile/read.js";
import type { Seed } from "../firmware/seedfile/seed.js";
import { tokenRecord } from "../firmware/seedfile/token-record.js";
import { FleetToken } from "./fleet-token.js";
import { loadImage } from "./image.js";
import type { Isolation } from "./isolation.js";
import { Time } from "./time.js";
import { SimulatedToken } from "./token.js";

/** What a fleet begins with. */
export interface FleetOptions {
  /** The time: Unix seconds, a Date, or ISO 8601. Now where not given. */
  readonly at?: number | Date | string;
  readonly board?: string;
  /**
   * `context`: each program in a context of its own, as strict as the board; `scope`: all in one, a
   * tenth of the memory, for thousands of tokens.
   */
  readonly isolation?: Isolation;
  /** The real time for a time that runs, Unix seconds; for tests. */
  readonly wall?: () => number;
}

/** What one token of a fleet has of its own. */
export interface TokenOptions {
  /** How fast its crystal is, parts per million. */
  readonly ppm?: number;
  /** When its clock was set, Unix seconds; the seed's StartDate where not given. */
  readonly start?: number | undefined;
}

/** Tokens on one time. Time stands until it is moved: `fleet.time.advance(60)`, `fleet.time.run()`. */
export class Fleet {
  readonly time: Time;
  readonly #board: string;
  readonly #image: Uint8Array;
  readonly #isolation: Isolation;
  readonly #tokens = new Map<string, FleetToken>();

  /** @throws InputError for a board without an image; RangeError for a time that is none */
  constructor({ at, board = "pixljs", isolation = "context", wall }: FleetOptions = {}) {
    const start = at === undefined ? (wall?.() ?? Date.now() / 1000) : secondsOf(at);
    this.time = new Time(start, wall);
    this.#board = board;
    this.#image = loadImage(board);
    this.#isolation = isolation;
  }

  /**
   * A fleet of all the tokens of a seed file.
   * @param keyFile what opens it, where it is encrypted
   * @throws InputError naming what is wrong with the file or its key
   */
  static async fromFile(
    path: string,
    { keyFile, ...options }: FleetOptions & { readonly keyFile?: string } = {},
  ): Promise<Fleet> {
    const { seeds } = await readSeedFile(path, readKeyFile(keyFile));
    const fleet = new Fleet(options);
    for (const seed of seeds) fleet.add(seed);
    return fleet;
  }

  /** Adds the token of a seed. @throws RangeError for a serial that is there already */
  add(seed: Seed, { ppm = 0, start }: TokenOptions = {}): FleetToken {
    const { serial } = seed;
    if (this.#tokens.has(serial)) throw new RangeError(`there is a token ${serial} already`);
    const device = new SimulatedToken({
      board: this.#board,
      image: this.#image,
      record: tokenRecord(seed, { start }),
      clock: this.time.clock,
      ppm,
      isolation: this.#isolation,
    });
    const token = new FleetToken(serial, device, this.time);
    this.#tokens.set(serial, token);
    return token;
  }

  /** The token of a serial. @throws RangeError where there is none */
  token(serial: string): FleetToken {
    const token = this.#tokens.get(serial);
    if (!token) throw new RangeError(`there is no token ${serial}`);
    return token;
  }

  has(serial: string): boolean {
    return this.#tokens.has(serial);
  }

  get tokens(): readonly FleetToken[] {
    return [...this.#tokens.values()];
  }
}

function secondsOf(at: number | Date | string): number {
  const seconds = typeof at === "number" ? at : new Date(at).getTime() / 1000;
  if (!Number.isFinite(seconds)) throw new RangeError("at is no time");
  return seconds;
}
