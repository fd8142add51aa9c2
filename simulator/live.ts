import type { VirtualClock } from "./clock.js";

/** Keeps a virtual clock in step with real time, waking only when a timer of the clock falls due. */
export class LiveClock {
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** @param wall the real time, Unix seconds with a fraction */
  constructor(
    readonly clock: VirtualClock,
    readonly wall: () => number,
  ) {
    this.#pump();
  }

  /** Does something at the present moment: presses a button, say. */
  now<T>(act: () => T): T {
    this.clock.advanceTo(this.wall());
    const result = act();
    this.#pump();
    return result;
  }

  /** Lets real time pass. */
  async wait(seconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, Math.ceil(seconds * 1000)));
    this.#pump();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.clock.advanceTo(this.wall());
    const due = this.clock.nextDue;
    if (due === undefined) return;
    const delay = Math.min(Math.ceil((due - this.wall()) * 1000), 60_000);
    this.#timer = setTimeout(
      () => {
        this.#pump();
      },
      Math.max(1, delay),
    );
  }
}
