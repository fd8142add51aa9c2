const LIFE = 60_000; // milliseconds

/**
 * A figure that is expensive to compute: it is computed at most once a minute, however often it is read.
 * Meanwhile the last one is answered; after a failure, none.
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
