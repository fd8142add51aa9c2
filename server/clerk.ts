import { randomBytes } from "node:crypto";
import { codeGenerator } from "../firmware/otp/totp.js";
import type { Batcher } from "./batcher.js";
import type { AuditEntry } from "./core/audit.js";
import type { Book, BookToken, Caller } from "./core/book.js";
import { clockOfUnknownHistory } from "./core/clock/prior.js";
import type { Policy } from "./core/policy.js";
import type { Rules } from "./core/rules.js";
import type { Token } from "./core/token.js";
import { nodeHash } from "./hashes.js";
import type { About } from "./store/store.js";
import type { Vault } from "./vault.js";

/** Serial of the token that stands in for those that cannot be: no real one is this short. */
const DECOY = "0";

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
      ...{ serial: DECOY, algorithm: 1, sealedSeed: vault.seal(DECOY, randomBytes(20)) },
      ...{ start: undefined, expiry: undefined, contract: undefined, status: "usable" },
      ...{ suspended: false, failures: 0, lastStep: -1 },
      clock: clockOfUnknownHistory(0, 0, policy.clock),
    };
  }

  /**
   * Makes a decision, durable when the promise is kept.
   * @throws StoreUnavailable, or what `decide` throws; then nothing has changed
   */
  async decide<Answer>(
    about: About,
    caller: Caller,
    decide: (book: Book, rules: Rules) => Answer,
  ): Promise<Answer> {
    let entries: readonly AuditEntry[] = [];
    const answer = await this.batcher.submit({
      about,
      decide: (book) => {
        const decided = decide(book, this.rules(caller));
        if (!this.mails) book.dropMails(caller);
        entries = book.changes.audit;
        return decided;
      },
    });
    this.onEntries?.(entries);
    return answer;
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
    return {
      ...stored,
      codeAt: (step) => {
        generate ??= codeGenerator(
          nodeHash(stored.algorithm),
          this.vault.open(stored.serial, stored.sealedSeed),
        );
        return generate(step);
      },
    };
  }
}
