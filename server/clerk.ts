import { codeGenerator } from "../firmware/otp/totp.js";
import type { Batcher } from "./batcher.js";
import type { AuditEntry } from "./core/audit.js";
import type { Book, BookToken } from "./core/book.js";
import type { Caller } from "./core/caller.js";
import { clockOfUnknownHistory } from "./core/clock/prior.js";
import type { Policy } from "./core/policy.js";
import type { Rules } from "./core/rules.js";
import type { Token } from "./core/token.js";
import { nodeHash } from "./hashes.js";
import type { About, Store, Work } from "./store/store.js";
import { DataKeyClosed, type Vault } from "./vault.js";

/** Serial of the token that is asked in place of one that does not exist: no real serial is this short. */
const DECOY = "0";
/** How often a decision is made whose data keys were not open: seeds may be sealed anew meanwhile. */
const TRIES = 3;

/** Where decisions are made: over the store's book, by the rules, with the seeds within reach. */
export class Clerk {
  readonly #decoy: BookToken;

  constructor(
    readonly batcher: Batcher,
    readonly vault: Vault,
    readonly policy: Policy,
    /** Whether mails are sent; where not, the audit says what was not. */
    readonly mails = false,
    /** Is told what each decision has written into the audit, once that is durable. */
    readonly onEntries?: (entries: readonly AuditEntry[]) => void,
  ) {
    this.#decoy = {
      ...vault.decoy(DECOY),
      algorithm: 1,
      start: undefined,
      expiry: undefined,
      contract: undefined,
      status: "usable",
      suspended: false,
      failures: 0,
      lastStep: -1,
      clock: clockOfUnknownHistory(0, 0, policy.clock),
    };
  }

  get store(): Store {
    return this.batcher.store;
  }

  /**
   * Makes a decision, durable when the promise is kept.
   * @throws StoreUnavailable, KeyUnavailable, or what `decide` throws; then nothing has changed, as far as
   *   the store can know
   */
  async decide<Answer>(
    about: About,
    caller: Caller,
    decide: (book: Book, rules: Rules) => Answer,
  ): Promise<Answer> {
    let entries: readonly AuditEntry[] = [];
    const work = {
      about,
      decide: (book: Book): Answer => {
        const decided = decide(book, this.rules(caller));
        if (!this.mails) book.dropMails(caller);
        entries = book.changes.audit;
        return decided;
      },
    };
    const answer = await this.#decideWithKeys(work);
    this.onEntries?.(entries);
    return answer;
  }

  /** A data key that is not open yet is opened outside of the transaction, and the decision made again. */
  async #decideWithKeys<Answer>(work: Work<Answer>): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.batcher.submit(work);
      } catch (error) {
        if (!(error instanceof DataKeyClosed) || tries === TRIES) throw error;
        await this.vault.fetch(error.number);
      }
    }
  }

  /** The rules at a caller's time. */
  rules(caller: Caller): Rules {
    const { policy } = this;
    const open = (token: BookToken): Token => this.#open(token);
    return { now: caller.at / 1000, policy, caller, open, decoy: this.#decoy };
  }

  /** The token with its seed within reach: opened only when the rules ask for a code. */
  #open(stored: BookToken): Token {
    let generate: ((step: number) => string) | undefined;
    const codeAt = (step: number): string => {
      generate ??= codeGenerator(nodeHash(stored.algorithm), this.vault.open(stored));
      return generate(step);
    };
    // Before the spread: adding a property to a copy has V8 make a new hidden class for each object.
    return { codeAt, ...stored };
  }
}
