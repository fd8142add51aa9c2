import { setTimeout as wait } from "node:timers/promises";
import { storeError } from "./sqlite-answer.js";
import { isSqliteError } from "./sqlite-driver.js";
import { Busy } from "./store.js";

/**
 * Milliseconds between two tries. A process that makes one transaction after the other has to pause for longer
 * between them, or nobody else gets in.
 */
const PAUSE = 5;

/**
 * Tries a transaction again while another process's holds the database. It waits here and not in the driver,
 * which would block the event loop. However many wait, one of them tries.
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

  /** @throws Busy when that time is over, or `close` was called; or what `act` throws */
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

  /** Ends all waiting. */
  close(): void {
    this.#closed = true;
  }
}
