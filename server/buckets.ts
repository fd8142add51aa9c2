import { TooSoon } from "./attempts.js";

/** Keys that are remembered at the most; of more, those that were counted longest ago are forgotten. */
const MOST_KEYS = 100_000;

/** Leaky buckets, one for each key, in this process: each holds so many drops, and loses one at a time. */
export class Buckets {
  readonly #levels = new Map<string, { readonly level: number; readonly at: number }>();

  /**
   * @param holds drops that fit
   * @param drip milliseconds for one to drain
   */
  constructor(
    readonly holds: number,
    readonly drip: number,
    readonly most = MOST_KEYS,
  ) {}

  /** How many keys are remembered. */
  get size(): number {
    return this.#levels.size;
  }

  /** @param at milliseconds @throws TooSoon where no more fits into a key's bucket now */
  check(key: string, at: number): void {
    const over = this.#level(key, at) + 1 - this.holds;
    if (over > 0) throw new TooSoon(Math.ceil((over * this.drip) / 1000));
  }

  /** Puts drops into a key's bucket, or takes some out. */
  add(key: string, drops: number, at: number): void {
    const level = Math.max(0, this.#level(key, at) + drops);
    this.#levels.delete(key);
    if (level === 0) return;
    this.#levels.set(key, { level, at });
    if (this.#levels.size > this.most) this.#levels.delete(this.#levels.keys().next().value!);
  }

  #level(key: string, at: number): number {
    const known = this.#levels.get(key);
    return known ? Math.max(0, known.level - Math.max(0, at - known.at) / this.drip) : 0;
  }
}
