import { VirtualClock } from "./clock.js";

/** Shorter waits than this, in milliseconds, timers cannot keep to: time is moved instead. */
const SHORTEST_WAIT = 20;

/** Longest sleep of a running clock, in milliseconds: a real clock that is set is noticed by then. */
const LONGEST_SLEEP = 60_000;

/**
 * How time passes for tokens: only when told to, or with the real time at a rate. It never goes back; a
 * token's own clock may be set back.
 */
export class Time {
  readonly clock: VirtualClock;
  /** Seconds of this time in a real one; 0 while it stands. */
  #rate = 0;
  #wallThen = 0;
  #then = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param start Unix seconds
   * @param wall the real time, Unix seconds with a fraction
   */
  constructor(
    start: number,
    readonly wall: () => number = () => Date.now() / 1000,
  ) {
    this.clock = new VirtualClock(start);
  }

  /** Unix seconds with a fraction. */
  get now(): number {
    return this.act(() => this.clock.now);
  }

  get rate(): number {
    return this.#rate;
  }

  /** Lets time run by itself: `rate` seconds in a real one. */
  run(rate = 1): void {
    if (!(rate > 0) || rate > 1e6) throw new RangeError("the rate must be above 0, up to 1000000");
    this.#sync();
    this.#rate = rate;
    this.#begin();
  }

  /** Time stands, until it is moved or runs again. */
  pause(): void {
    this.#sync();
    this.#rate = 0;
    clearTimeout(this.#timer);
  }

  /** Moves time on at once, whether it stands or runs. */
  advance(seconds: number): void {
    if (!(seconds >= 0)) throw new RangeError("time does not go back");
    this.#sync();
    this.clock.advance(seconds);
    this.#begin();
  }

  /** Moves time to a later one, in Unix seconds. @throws RangeError for an earlier one */
  set(time: number): void {
    this.#sync();
    this.advance(time - this.clock.now);
  }

  /** Whether so many seconds are moved rather than waited for: time stands, or runs too fast for timers. */
  moves(seconds: number): boolean {
    return this.#rate === 0 || (seconds / this.#rate) * 1000 < SHORTEST_WAIT;
  }

  /** Lets seconds pass as they do: at once while time stands, by waiting while it runs. */
  async pass(seconds: number): Promise<void> {
    this.#sync();
    const end = this.clock.now + seconds;
    for (let left = seconds; left > 0; left = end - this.clock.now) {
      if (this.moves(left)) {
        this.advance(left);
        return;
      }
      const wait = Math.ceil((left / this.#rate) * 1000);
      await new Promise((resolve) => setTimeout(resolve, Math.min(wait, LONGEST_SLEEP)));
      this.#sync();
      this.#pump();
    }
  }

  /** Does something at the present moment: pushes a button, say. */
  act<T>(what: () => T): T {
    this.#sync();
    const result = what();
    // What was done may have moved the clock on: from here it runs on.
    this.#begin();
    return result;
  }

  #begin(): void {
    this.#wallThen = this.wall();
    this.#then = this.clock.now;
    this.#pump();
  }

  #sync(): void {
    if (this.#rate === 0) return;
    this.clock.advanceTo(this.#then + (this.wall() - this.#wallThen) * this.#rate);
  }

  /** Wakes when the next of the tokens' timers falls due; keeps no process alive. */
  #pump(): void {
    clearTimeout(this.#timer);
    const due = this.clock.nextDue;
    if (this.#rate === 0 || due === undefined) return;
    const wait = Math.ceil(((due - this.clock.now) / this.#rate) * 1000);
    this.#timer = setTimeout(
      () => {
        this.#sync();
        this.#pump();
      },
      Math.min(LONGEST_SLEEP, Math.max(1, wait)),
    ).unref();
  }
}
