import { Busy, type Outcome, type Store, StoreUnavailable, type Work } from "./store/store.js";

interface Waiting {
  readonly work: Work<unknown>;
  readonly settle: (outcome: Outcome<unknown>) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly since: number;
}

/** Works of one transaction at the most: what comes later waits for the next. */
const LARGEST_BATCH = 512;
/** Turns of the event loop that a batch waits for more at the most: well below a flush to the disk. */
const MOST_TURNS = 8;
/** Milliseconds: where a batch fails because the store is busy, works that waited longer fail with it. */
const GIVEN_UP_AFTER = 1000;
/** Works that may wait: about a second's, on a small machine. */
const MOST_WAITING = 10_000;

/** More works wait than can be decided soon: nothing of this one was looked at. */
export class Overloaded extends StoreUnavailable {
  constructor() {
    super("more requests wait than can be answered soon");
  }
}

/**
 * Gathers the works that come in during one turn of the event loop, or in turns without a pause, and has
 * the store decide them in one transaction: a hundred requests then cost one flush to the disk, and none
 * is answered before it.
 */
export class Batcher {
  #waiting: Waiting[] = [];
  #running = false;

  constructor(
    readonly store: Store,
    readonly mostWaiting = MOST_WAITING,
    /**
     * Is told of each batch once its transaction has ended: how many works, milliseconds for which the
     * first one had waited, and those of the transaction.
     */
    readonly onBatch?: (size: number, queuedMs: number, commitMs: number) => void,
  ) {}

  /**
   * @returns the work's answer, once it is durable
   * @throws Overloaded, StoreUnavailable, or what the work's decide threw
   */
  async submit<Answer>(work: Work<Answer>): Promise<Answer> {
    if (this.#waiting.length >= this.mostWaiting) throw new Overloaded();
    const outcome = await new Promise<Outcome<unknown>>((settle) => {
      this.#waiting.push({ work, settle, since: performance.now() });
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
      await this.#gather();
      const batch = this.#waiting.splice(0, LARGEST_BATCH);
      const begun = performance.now();
      let outcomes: Outcome<unknown>[];
      try {
        outcomes = await this.store.decide(batch.map(({ work }) => work));
      } catch (error) {
        outcomes = batch.map(() => ({ ok: false, error }));
        if (error instanceof Busy) this.#giveUp(error);
      }
      const queued = begun - batch[0]!.since;
      this.onBatch?.(batch.length, queued, performance.now() - begun);
      batch.forEach(({ settle }, index) => {
        settle(outcomes[index]!);
      });
    }
    this.#running = false;
  }

  /** Answers those that have waited for long: the next batch may have to wait as this one did. */
  #giveUp(error: Busy): void {
    const now = performance.now();
    const late = this.#waiting.filter(({ since }) => now - since > GIVEN_UP_AFTER);
    this.#waiting.splice(0, late.length).forEach(({ settle }) => {
      settle({ ok: false, error });
    });
  }

  /** Waits while each turn of the loop brings more: what comes together is stored together. */
  async #gather(): Promise<void> {
    let before = 0;
    for (let turns = 0; turns < MOST_TURNS && this.#waiting.length > before; turns++) {
      before = this.#waiting.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
