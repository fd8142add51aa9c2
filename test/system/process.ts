import { BankService } from "../../server/bank-service.js";
import { Batcher } from "../../server/batcher.js";
import { Clerk } from "../../server/clerk.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { openVault } from "../../server/open.js";
import { Passwords } from "../../server/passwords.js";
import { type Outcome, type Store, StoreUnavailable, type Work } from "../../server/store/store.js";
import { TokenService } from "../../server/token-service.js";
import { MASTER_KEY } from "../support/server.js";

/** What goes wrong with a process's next transaction. */
export type Fault =
  /** The store cannot commit: 503. */
  | "unavailable"
  /** The process dies before the transaction, or behind its commit and before any answer. */
  | "dies_before"
  | "dies_after"
  /** Its connections to the database break while it decides: nobody knows whether it was committed. */
  | "cut";

/** As shipped, but that computing a day's codes for each resynchronization would be most of the work. */
const POLICY = { ...DEFAULT_POLICY, resyncSteps: 120 };
/** No password is asked for here. */
const PASSWORDS = new Passwords({ logN: 4 });

/** The database of all processes. */
export interface SharedDatabase {
  readonly open: () => Promise<Store>;
  /** Breaks all connections to it, where it is reached by connections. */
  readonly cut: (() => Promise<void>) | undefined;
  /** Waits until nothing is under way that keeps rows of the audit from being listed. */
  readonly quiet: () => Promise<void>;
}

/** A request whose process or connection has died: nobody gets an answer. */
export class Died extends Error {
  override readonly name = "Died";
}

/** A serving process over the shared database: the shipped rules and store, with faults to order. */
export class Process {
  fault: Fault | undefined;
  dead = false;
  /** Seconds its clock is ahead. */
  skew = 0;
  readonly tokens: TokenService;
  readonly bank: BankService;

  private constructor(
    readonly database: SharedDatabase,
    readonly store: Store,
    clerkOver: (store: Store) => Clerk,
  ) {
    const decide = (works: readonly Work<unknown>[]) => this.#decide(works);
    const clerk = clerkOver({ ...store, decide } as Store);
    this.tokens = new TokenService(clerk);
    this.bank = new BankService(clerk, PASSWORDS);
  }

  static async start(database: SharedDatabase): Promise<Process> {
    const store = await database.open();
    const vault = await openVault(store, MASTER_KEY);
    const clerkOver = (faulty: Store) => new Clerk(new Batcher(faulty), vault, POLICY);
    return new Process(database, store, clerkOver);
  }

  async #decide(works: readonly Work<unknown>[]): Promise<Outcome<unknown>[]> {
    const fault = this.dead ? "dies_before" : this.fault;
    this.fault = undefined;
    if (fault === "unavailable") throw new StoreUnavailable("no space left");
    if (fault === "cut") return this.#decideCut(works);
    if (fault !== "dies_before") {
      const outcomes = await this.store.decide(works);
      if (fault !== "dies_after") return outcomes;
    }
    this.dead = true;
    throw new Died();
  }

  async #decideCut(works: readonly Work<unknown>[]): Promise<Outcome<unknown>[]> {
    const deciding = this.store.decide(works);
    const [decided] = await Promise.allSettled([deciding, this.database.cut!()]);
    if (decided.status === "fulfilled") return decided.value;
    if (decided.reason instanceof StoreUnavailable) throw new Died();
    throw decided.reason;
  }
}
