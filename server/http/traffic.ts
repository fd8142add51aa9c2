import { TooSoon } from "../attempts.js";
import { Buckets } from "../buckets.js";
import type { Rate, TrafficPolicy } from "../core/policy.js";
import { networkOf } from "../network.js";
import { Problem } from "./problem.js";

/** Pairs of address and key that are remembered as right: others' wrong keys do not stop them. */
const MOST_PROVEN = 10_000;

/**
 * How often this process is asked: by an API key, by an address without one, and with wrong ones. Times
 * are milliseconds of a clock that only goes forward, whatever the bank's says.
 */
export class Traffic {
  readonly #keys: RateLimit;
  readonly #strangers: RateLimit;
  readonly #wrongKeys: RateLimit;
  readonly #proven = new Set<string>();

  constructor(
    policy: TrafficPolicy,
    readonly now: () => number = () => performance.now(),
  ) {
    this.#keys = new RateLimit(policy.key);
    this.#strangers = new RateLimit(policy.stranger);
    this.#wrongKeys = new RateLimit(policy.wrongKeys);
  }

  /** A request without an API key. @throws Problem where its address has sent too many */
  stranger(address: string): void {
    asRequests(() => {
      this.#strangers.take(networkOf(address), this.now());
    });
  }

  /**
   * Before a key is looked for.
   * @param id the part of it that is no secret
   * @throws TooSoon where its address has sent too many wrong ones, unless it has sent this one right
   */
  beforeKey(address: string, id: string): void {
    const network = networkOf(address);
    if (!this.#proven.has(`${network} ${id}`)) this.#wrongKeys.check(network, this.now());
  }

  wrongKey(address: string, id: string): void {
    const network = networkOf(address);
    this.#proven.delete(`${network} ${id}`);
    this.#wrongKeys.add(network, this.now());
  }

  /** @throws Problem where the key was sent too often */
  rightKey(address: string, id: string): void {
    const caller = `${networkOf(address)} ${id}`;
    if (!this.#proven.has(caller)) {
      if (this.#proven.size >= MOST_PROVEN) this.#proven.clear();
      this.#proven.add(caller);
    }
    asRequests(() => {
      this.#keys.take(id, this.now());
    });
  }
}

/** So many a second in the long run, and so many at once. */
class RateLimit {
  readonly #buckets: Buckets | undefined;

  constructor({ perSecond, atOnce }: Rate) {
    if (perSecond > 0) this.#buckets = new Buckets(Math.max(1, atOnce), 1000 / perSecond);
  }

  check(key: string, at: number): void {
    this.#buckets?.check(key, at);
  }

  add(key: string, at: number): void {
    this.#buckets?.add(key, 1, at);
  }

  take(key: string, at: number): void {
    this.check(key, at);
    this.add(key, at);
  }
}

/** Too many requests are answered as such, not as too many failed attempts. */
function asRequests(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof TooSoon)) throw error;
    throw new Problem("too_many_requests", { wait: error.wait });
  }
}
