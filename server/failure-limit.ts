import { TooSoon } from "./attempts.js";

const HOUR = 3_600_000; // milliseconds
/** Beyond this many counts, those that are over go. */
const MANY = 10_000;

/**
 * How many wrong codes are evaluated in an hour under one key, in this process. A suspension stops who
 * guesses at one token in a row; this stops who waits for its user's successes in between, and who
 * guesses at many tokens.
 */
export class FailureLimit {
  readonly #counts = new Map<string, { failures: number; readonly until: number }>();

  constructor(readonly most: number) {}

  /** @param at Unix milliseconds @throws TooSoon where no more of a key's codes are evaluated now */
  check(key: string, at: number): void {
    const count = this.#counts.get(key);
    if (!count || at >= count.until || count.failures < this.most) return;
    throw new TooSoon(Math.ceil((count.until - at) / 1000));
  }

  /** Counts a wrong code. */
  count(key: string, at: number): void {
    const known = this.#counts.get(key);
    if (known && at < known.until) {
      known.failures++;
      return;
    }
    if (this.#counts.size >= MANY) {
      for (const [each, { until }] of this.#counts) if (at >= until) this.#counts.delete(each);
    }
    this.#counts.set(key, { failures: 1, until: at + HOUR });
  }
}
