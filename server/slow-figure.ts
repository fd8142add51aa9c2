const LIFE = 60_000; // milliseconds

/**
 * A figure that is dear to get: at most one a minute is, however often it is read. While it is got
 * anew, the last one is told; where it could not be got, none.
 */
export class SlowFigure<Figure> {
  #figure: Figure | undefined;
  #at = -Infinity;
  #getting: Promise<void> | undefined;

  constructor(readonly get: () => Promise<Figure>) {}

  /** @param now Unix milliseconds @returns undefined where the figure cannot be had */
  async read(now: number): Promise<Figure | undefined> {
    // A clock that was set back must not keep an old figure alive.
    if (Math.abs(now - this.#at) >= LIFE) {
      this.#getting ??= this.#get(now);
      if (this.#figure === undefined) await this.#getting;
    }
    return this.#figure;
  }

  async #get(now: number): Promise<void> {
    this.#figure = await this.get().catch(() => undefined);
    this.#at = this.#figure === undefined ? -Infinity : now;
    this.#getting = undefined;
  }
}
