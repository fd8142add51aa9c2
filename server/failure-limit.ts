import { TooSoon } from "./attempts.js";

const HOUR = 3_600_000; // milliseconds
/** Beyond this many levels, those that have drained go. */
const MANY = 10_000;

/**
 * How many wrong codes are evaluated in an hour under one key, in this process: a bucket that drains at
 * that rate. A suspension stops who guesses at one token in a row; this slows who waits for its user's
 * successes in between, and who guesses at many tokens. What is under way already is not stopped.
 */
export class FailureLimit {
  readonly #levels = new Map<string, { readonly level: number; readonly at: number }>();

  constructor(readonly most: number) {}

  /** @param at Unix milliseconds @throws TooSoon where no more of a key's codes are evaluated now */
  check(key: string, at: number): void {
    const over = this.#level(key, at) + 1 - this.most;
    if (over > 0) throw new TooSoon(Math.ceil((over * HOUR) / this.most / 1000));
  }

  /** Counts a wrong code; a right one makes up for one that was wrong. */
  count(key: string, wrong: boolean, at: number): void {
    const level = Math.max(0, this.#level(key, at) + (wrong ? 1 : -1));
    if (level === 0) {
      this.#levels.delete(key);
      return;
    }
    this.#levels.set(key, { level, at });
    if (this.#levels.size <= MANY) return;
    for (const each of this.#levels.keys()) {
      if (this.#level(each, at) === 0) this.#levels.delete(each);
    }
  }

  #level(key: string, at: number): number {
    const known = this.#levels.get(key);
    return known ? Math.max(0, known.level - (Math.max(0, at - known.at) / HOUR) * this.most) : 0;
  }
}
