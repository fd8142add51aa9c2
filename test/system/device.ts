import { codeGenerator } from "../../firmware/otp/totp.js";
import { nodeHash } from "../../server/hashes.js";
import type { Random } from "./random.js";

/** A token with a clock of its own: off by so much at the beginning, and by so much more a second. */
export class Device {
  readonly secret: Uint8Array;
  readonly codeAt: (step: number) => string;
  readonly #offset: number;
  readonly #rate: number;

  /** @param began Unix seconds at which it was set, to a second @param ppm its clock's error at most */
  constructor(
    readonly serial: string,
    readonly began: number,
    ppm: number,
    random: Random,
  ) {
    this.secret = Uint8Array.from({ length: 20 }, () => random.below(256));
    this.codeAt = codeGenerator(nodeHash(1), this.secret);
    this.#offset = random.between(-1, 1);
    this.#rate = random.between(-ppm, ppm) * 1e-6;
  }

  /** The step it shows at a time. @param at Unix seconds */
  stepAt(at: number): number {
    const own = at + this.#offset + this.#rate * (at - this.began);
    return Math.floor(own / 60);
  }
}
