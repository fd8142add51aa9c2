/** A timer of a virtual clock. */
interface Timer {
  readonly id: number;
  readonly due: number;
  readonly run: () => void;
}

/**
 * Time that moves only when told to. Timers run in the order they fall due, each at its own time,
 * those due together in the order they were set.
 */
export class VirtualClock {
  #now: number;
  #nextId = 1;
  readonly #timers: Timer[] = [];
  /** The timers that have not been cancelled. */
  readonly #waiting = new Set<number>();

  /** @param now Unix seconds with a fraction */
  constructor(now: number) {
    this.#now = now;
  }

  /** Unix seconds with a fraction. */
  get now(): number {
    return this.#now;
  }

  /** When the next timer falls due, in Unix seconds; undefined where none is set. */
  get nextDue(): number | undefined {
    return this.#next()?.due;
  }

  /** @returns a number that {@link cancel} takes */
  after(seconds: number, run: () => void): number {
    const timer = { id: this.#nextId++, due: this.#now + Math.max(0, seconds), run };
    // The place behind all that fall due no later, by halving.
    let [low, high] = [0, this.#timers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#timers[middle]!.due > timer.due) high = middle;
      else low = middle + 1;
    }
    this.#timers.splice(low, 0, timer);
    this.#waiting.add(timer.id);
    return timer.id;
  }

  cancel(id: number): void {
    this.#waiting.delete(id);
  }

  /** Runs all that falls due up to a time, then stands at it. A time in the past does nothing. */
  advanceTo(time: number): void {
    for (let timer = this.#next(); timer && timer.due <= time; timer = this.#next()) {
      this.#timers.shift();
      this.#waiting.delete(timer.id);
      this.#now = timer.due;
      timer.run();
    }
    this.#now = Math.max(this.#now, time);
  }

  advance(seconds: number): void {
    this.advanceTo(this.#now + seconds);
  }

  /** Cancelled timers stay in the list until they come first; here they are dropped. */
  #next(): Timer | undefined {
    while (this.#timers[0] && !this.#waiting.has(this.#timers[0].id)) this.#timers.shift();
    return this.#timers[0];
  }
}
