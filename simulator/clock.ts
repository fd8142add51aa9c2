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
  #timers: Timer[] = [];

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
    return this.#timers[0]?.due;
  }

  /** @returns a number that {@link cancel} takes */
  after(seconds: number, run: () => void): number {
    const timer = { id: this.#nextId++, due: this.#now + Math.max(0, seconds), run };
    const later = this.#timers.findIndex((other) => other.due > timer.due);
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
    return timer.id;
  }

  cancel(id: number): void {
    this.#timers = this.#timers.filter((timer) => timer.id !== id);
  }

  /** Runs all that falls due up to a time, then stands at it. A time in the past does nothing. */
  advanceTo(time: number): void {
    for (let timer = this.#timers[0]; timer && timer.due <= time; timer = this.#timers[0]) {
      this.#timers.shift();
      this.#now = timer.due;
      timer.run();
    }
    this.#now = Math.max(this.#now, time);
  }

  advance(seconds: number): void {
    this.advanceTo(this.#now + seconds);
  }
}
