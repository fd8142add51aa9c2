import type { VirtualClock } from "./clock.js";

/** What costs a board power, counted. */
export interface PowerCounts {
  /** Times the program was woken: by one of its timers, or by a button. */
  readonly wakeUps: number;
  /** Pictures sent to the display. */
  readonly redraws: number;
  /** Pixels drawn for them. */
  readonly pixels: number;
  /** Seconds the display was on. */
  readonly displaySeconds: number;
}

/** Ends the program in the middle of what it does: the supply has broken down. */
export class PowerFailure extends Error {
  override readonly name = "PowerFailure";
}

/** Counts what a program does, and lets its supply break down where a test wants it to. */
export class PowerMeter {
  readonly #time: VirtualClock;
  #wakeUps = 0;
  #redraws = 0;
  #pixels = 0;
  #displaySeconds = 0;
  /** Since when the display is on; undefined while it is off. */
  #onSince: number | undefined;
  /** How many more drawings the supply lasts for. */
  #drawingsLeft = Infinity;

  constructor(time: VirtualClock) {
    this.#time = time;
  }

  get counts(): PowerCounts {
    const lit = this.#onSince === undefined ? 0 : this.#time.now - this.#onSince;
    return {
      wakeUps: this.#wakeUps,
      redraws: this.#redraws,
      pixels: this.#pixels,
      displaySeconds: this.#displaySeconds + lit,
    };
  }

  /** The supply breaks down at the drawing after so many more. */
  failAfter(drawings: number): void {
    this.#drawingsLeft = drawings;
  }

  woken(): void {
    this.#wakeUps++;
  }

  redrawn(): void {
    this.#last();
    this.#redraws++;
  }

  drawn(pixels: number): void {
    this.#last();
    this.#pixels += pixels;
  }

  display(on: boolean): void {
    const { now } = this.#time;
    if (this.#onSince !== undefined) this.#displaySeconds += now - this.#onSince;
    this.#onSince = on ? now : undefined;
  }

  #last(): void {
    if (this.#drawingsLeft-- > 0) return;
    this.#drawingsLeft = Infinity;
    throw new PowerFailure("the supply broke down");
  }
}
