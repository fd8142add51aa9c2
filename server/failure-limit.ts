import { Buckets } from "./buckets.js";

const HOUR = 3_600_000; // milliseconds

/**
 * How many wrong codes are evaluated in an hour under one key, in this process: a bucket that drains at
 * that rate. A suspension stops who guesses at one token in a row; this slows who waits for its user's
 * successes in between, and who guesses at many tokens. What is under way already is not stopped.
 */
export class FailureLimit {
  readonly #failures: Buckets;

  /** @param most of one process's share of a limit, a fraction too */
  constructor(most: number) {
    this.#failures = new Buckets(Math.ceil(most), HOUR / most);
  }

  /** @param at Unix milliseconds @throws TooSoon where no more of a key's codes are evaluated now */
  check(key: string, at: number): void {
    this.#failures.check(key, at);
  }

  /** Counts a wrong code; a right one makes up for one that was wrong. */
  count(key: string, wrong: boolean, at: number): void {
    this.#failures.add(key, wrong ? 1 : -1, at);
  }
}
