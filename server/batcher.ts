import type { Outcome, Store, Work } from "./store/store.js";

interface Waiting {
  readonly work: Work<unknown>;
  readonly settle: (outcome: Outcome<unknown>) => void;
}

/**
 * Gathers the works that come in during one turn of the event loop and has the store decide them in
 * one transaction: a hundred requests then cost one flush to the disk, and none is answered before it.
 */
export class Batcher {
  #waiting: Waiting[] = [];
  #running = false;

  constructor(readonly store: Store) {}

  /**
   * @returns the work's answer, once it is durable
   * @throws StoreUnavailable, or what the work's decide threw
   */
  async submit<Answer>(work: Work<Answer>): Promise<Answer> {
    const outcome = await new Promise<Outcome<unknown>>((settle) => {
      this.#waiting.push({ work, settle });
      if (!this.#running) {
        this.#running = true;
        setImmediate(() => void this.#run());
      }
    });
    if (!outcome.ok) throw outcome.error;
    return outcome.answer as Answer;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      let outcomes: Outcome<unknown>[];
      try {
        outcomes = await this.store.decide(batch.map(({ work }) => work));
      } catch (error) {
        outcomes = batch.map(() => ({ ok: false, error }));
      }
      batch.forEach(({ settle }, index) => {
        settle(outcomes[index]!);
      });
    }
    this.#running = false;
  }
}
