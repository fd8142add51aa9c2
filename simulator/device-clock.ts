import type { VirtualClock } from "./clock.js";

/**
 * A board's own clock: it runs fast or slow by its crystal's error, can be set, and is lost with the
 * battery. Timers run by the same crystal. While it has no error and was not set it is the time itself,
 * to the last bit.
 */
export class DeviceClock {
  #offset = 0;
  #rate: number;
  /** Since when the rate counts, by the true time. */
  #since: number;

  /**
   * @param time the true time
   * @param ppm how fast the crystal is, parts per million
   */
  constructor(
    readonly time: VirtualClock,
    ppm = 0,
  ) {
    this.#rate = ppm * 1e-6;
    this.#since = time.now;
  }

  /** What the clock reads, Unix seconds with a fraction. */
  get now(): number {
    return this.time.now + this.#offset + (this.time.now - this.#since) * this.#rate;
  }

  /** Sets the clock, in Unix seconds: forwards, back, or to 0 as where the battery was out. */
  set(now: number): void {
    this.#offset = now - this.time.now;
    this.#since = this.time.now;
  }

  get ppm(): number {
    return this.#rate / 1e-6;
  }

  /** A crystal grows warmer, or older: from now on it runs at another rate. */
  set ppm(ppm: number) {
    this.#offset = this.now - this.time.now;
    this.#since = this.time.now;
    this.#rate = ppm * 1e-6;
  }

  /** @returns a number that {@link cancel} takes */
  after(seconds: number, run: () => void): number {
    return this.time.after(seconds / (1 + this.#rate), run);
  }

  cancel(id: number): void {
    this.time.cancel(id);
  }
}
