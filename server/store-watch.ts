import type { FastifyBaseLogger } from "fastify";
import type { Store } from "./store/store.js";

const INTERVAL = 5_000; // milliseconds between two looks of its own
/** Milliseconds for which an answer stands: whoever asks more often costs the store nothing. */
const FRESH = 1_000;

/** Whether the store can be read and written; the log says when it is lost, and when it is found again. */
export class StoreWatch {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<boolean> | undefined;
  #lookedAt = -Infinity;
  #up = true;

  constructor(
    readonly store: Store,
    readonly log: Pick<FastifyBaseLogger, "error" | "info">,
    /** What is to be done each time the store answers, before it counts as up. */
    readonly onAnswer: () => Promise<unknown>,
  ) {}

  /** What the last look has found. */
  get up(): boolean {
    return this.#up;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), INTERVAL);
  }

  /** Tries the store, unless that was done just now. */
  async look(): Promise<boolean> {
    if (performance.now() - this.#lookedAt < FRESH) return this.#up;
    this.#looking ??= this.#look();
    return this.#looking;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<boolean> {
    const store = this.store.kind;
    const looked = this.store.ping().then(() => this.onAnswer());
    const problem = await looked.then(
      () => undefined,
      // The store's messages may hold a path, never a value.
      (error: unknown) => (error as Error).message,
    );
    const up = problem === undefined;
    if (this.#up && !up) this.log.error({ store, problem }, "the store is lost");
    if (up && !this.#up) this.log.info({ store }, "the store is found again");
    this.#up = up;
    this.#lookedAt = performance.now();
    this.#looking = undefined;
    return up;
  }
}
