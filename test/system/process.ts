import { Batcher } from "../../server/batcher.js";
import { Clerk } from "../../server/clerk.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { openVault } from "../../server/open.js";
import { type Outcome, type Store, StoreUnavailable, type Work } from "../../server/store/store.js";
import { TokenService } from "../../server/token-service.js";
import { MASTER_KEY } from "../support/server.js";

/** What goes wrong with a process's next transaction. */
export type Fault =
  /** The store cannot commit: 503. */
  | "unavailable"
  /** The process dies before the transaction, or behind its commit and before any answer. */
  | "dies_before"
  | "dies_after";

/** A request whose process has died: nobody gets an answer. */
export class Died extends Error {
  override readonly name = "Died";
}

/** A serving process over the shared database: the shipped rules and store, with faults to order. */
export class Process {
  fault: Fault | undefined;
  dead = false;
  /** Seconds its clock is ahead. */
  skew = 0;
  readonly service: TokenService;

  private constructor(
    readonly store: Store,
    service: (store: Store) => TokenService,
  ) {
    const decide = (works: readonly Work<unknown>[]) => this.#decide(works);
    this.service = service({ ...store, decide } as Store);
  }

  static async start(open: () => Store): Promise<Process> {
    const store = open();
    const vault = await openVault(store, MASTER_KEY);
    return new Process(
      store,
      (faulty) => new TokenService(new Clerk(new Batcher(faulty), vault, DEFAULT_POLICY)),
    );
  }

  async #decide(works: readonly Work<unknown>[]): Promise<Outcome<unknown>[]> {
    const fault = this.dead ? "dies_before" : this.fault;
    this.fault = undefined;
    if (fault === "unavailable") throw new StoreUnavailable("no space left");
    if (fault !== "dies_before") {
      const outcomes = await this.store.decide(works);
      if (fault !== "dies_after") return outcomes;
    }
    this.dead = true;
    throw new Died();
  }
}
