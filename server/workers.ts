import cluster, { type Worker } from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import { gatherFigures, type Message } from "./gather.js";
import type { ToParent, ToWorker } from "./worker.js";

/** Milliseconds until a worker that died is started again; each further time in a row doubles them. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
/** A worker that dies after living for so many milliseconds did not fail to start: the wait begins anew. */
const STEADY = 60_000;

/** How a process has ended. */
interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * Runs several of this program's processes behind one port. One that dies is started again; at first,
 * one that cannot even start ends them all.
 */
export class Workers {
  readonly #ready = new Set<Worker>();
  readonly #ending = new AbortController();
  #allStarted = false;
  #exitCode = 0;

  /** @param onReady is called once, when all of them listen */
  constructor(
    readonly count: number,
    readonly log: Pick<FastifyBaseLogger, "error">,
    readonly onReady: (url: string) => void,
  ) {}

  /**
   * @param stop aborted when all are to stop
   * @returns the exit code, once all of them have ended
   */
  async run(stop: AbortSignal): Promise<number> {
    gatherFigures();
    cluster.on("message", (worker, message: ToParent | Message) => {
      if (message.type === "ready") this.#hasStarted(worker, message.url);
    });
    stop.addEventListener("abort", () => {
      this.#end();
    });
    // The first one alone: what keeps it from starting would keep all of them.
    const listening = new Promise((resolve) => cluster.once("listening", resolve));
    const kept = [this.#keep()];
    await Promise.race([listening, ...kept]);
    while (kept.length < this.count) kept.push(this.#keep());
    await Promise.all(kept);
    return this.#exitCode;
  }

  /** Keeps one worker alive until all end. */
  async #keep(): Promise<void> {
    const { signal } = this.#ending;
    const ends = (): boolean => signal.aborted;
    let wait = FIRST_WAIT;
    while (!ends()) {
      const begun = performance.now();
      const end = await this.#live();
      if (ends()) return;
      if (!this.#allStarted) {
        this.#exitCode = end.code ?? 1;
        this.#end();
        return;
      }
      if (performance.now() - begun >= STEADY) wait = FIRST_WAIT;
      this.log.error({ ...end, wait }, "a worker ended; another is started");
      await sleep(wait, undefined, { signal }).catch(() => undefined);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
  }

  /** The life of one worker. */
  async #live(): Promise<End> {
    const worker = cluster.fork();
    return new Promise((resolve) => {
      worker.once("exit", (code: number | null, signal: string | null) => {
        this.#ready.delete(worker);
        resolve({ code, signal });
      });
    });
  }

  #hasStarted(worker: Worker, url: string): void {
    this.#ready.add(worker);
    if (this.#allStarted || this.#ready.size < this.count) return;
    this.#allStarted = true;
    this.onReady(url);
  }

  #end(): void {
    this.#ending.abort();
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker!.isConnected()) worker!.send({ type: "stop" } satisfies ToWorker);
    }
  }
}
