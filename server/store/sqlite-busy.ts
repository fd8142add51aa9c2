import { setTimeout as wait } from "node:timers/promises";
import { storeError } from "./sqlite-answer.js";
import { isSqliteError } from "./sqlite-driver.js";
import { Busy } from "./store.js";

/** Milliseconds from one try to the next. Whoever writes again and again has to pause for longer. */
const PAUSE = 5;

/**
 * Has transactions that another process's is in the way of wait for it: here and not in the driver, which
 * would keep the event loop from all else. However many wait, one of them tries.
 */
export class BusyRetry {
  #pause: Promise<void> | undefined;
  #inTheWay: Busy | undefined;
  #closed = false;
  readonly #patience: number;

  /** @param patience milliseconds to wait */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** @throws Busy after that time, or once nobody is to wait any more; or what `act` throws */
  async run<T>(act: () => T): Promise<T> {
    const until = performance.now() + this.#patience;
    for (;;) {
      if (!this.#pause) {
        try {
          return act();
        } catch (error) {
          const busy = isSqliteError(error) && error.code.startsWith("SQLITE_BUSY");
          if (!busy) throw storeError(error);
          this.#inTheWay = new Busy(error.message, { cause: error });
          this.#pause = wait(PAUSE).then(() => {
            this.#pause = undefined;
          });
        }
      }
      if (performance.now() >= until) throw this.#inTheWay!;
      await this.#pause;
      if (this.#closed) throw this.#inTheWay!;
    }
  }

  /** Nobody waits any more. */
  close(): void {
    this.#closed = true;
  }
}
