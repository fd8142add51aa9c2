import { codeGenerator } from "../firmware/otp/totp.js";
import type { Batcher } from "./batcher.js";
import type { AuditEntry } from "./core/audit.js";
import type { Decision, Happening } from "./core/decision.js";
import { revoke, unlock } from "./core/lifecycle.js";
import type { Policy } from "./core/policy.js";
import { resync, type ResyncAnswer } from "./core/resync.js";
import type { Token } from "./core/token.js";
import { type Verdict, verify } from "./core/verify.js";
import { nodeHash } from "./hashes.js";
import type { StoredToken, Work } from "./store/store.js";
import type { Vault } from "./vault.js";

/** Who asks, from where, and when. */
export interface Caller {
  readonly actor: string;
  readonly source: string | undefined;
  /** Unix milliseconds. */
  readonly at: number;
}

/** The branch's paper behind an act: the application form's number and the staff's id. */
export interface BranchAct {
  readonly form: string;
  readonly staff: string;
}

/** What an act did: the serials it changed, and those that were as asked for already. */
export interface ActResult {
  readonly changed: string[];
  readonly unchanged: string[];
}

/** A serial the store does not know, in a request that changes tokens. */
export class UnknownSerial extends Error {
  override readonly name = "UnknownSerial";

  constructor(readonly serial: string) {
    super(`no token has the serial ${serial}`);
  }
}

/** What can be done with tokens: the rules of core, over the store. */
export class TokenService {
  constructor(
    readonly batcher: Batcher,
    readonly vault: Vault,
    readonly policy: Policy,
  ) {}

  /** Verifies a code by serial. An unknown serial answers like a wrong code. */
  async verify(serial: string, code: string, caller: Caller): Promise<Verdict> {
    const decide = ([token]: readonly (StoredToken | undefined)[]): Decision<Verdict>[] => [
      verify(token && this.#token(token), code, caller.at / 1000, this.policy),
    ];
    const [verdict] = await this.batcher.submit(this.#work([serial], caller, decide));
    return verdict!;
  }

  /** Verifies a code by user. A user without a token answers like a wrong code, as a serial does. */
  async verifyUser(user: string, code: string, caller: Caller): Promise<Verdict> {
    const { answer, happenings } = verify(undefined, code, caller.at / 1000, this.policy);
    const audit = happenings.map((happening) => entry(happening, undefined, caller, { user }));
    return this.batcher.submit({ serials: [], decide: () => ({ answer, changes: [], audit }) });
  }

  /** @throws UnknownSerial */
  async resync(
    serial: string,
    codes: readonly [string, string],
    act: BranchAct,
    caller: Caller,
  ): Promise<ResyncAnswer> {
    const decide = ([token]: readonly (StoredToken | undefined)[]): Decision<ResyncAnswer>[] => [
      resync(this.#token(known(token, serial)), codes, caller.at / 1000, this.policy),
    ];
    const [answer] = await this.batcher.submit(this.#work([serial], caller, decide, { ...act }));
    return answer!;
  }

  /** Lifts suspensions, all or none. @throws UnknownSerial */
  async unlock(serials: readonly string[], act: BranchAct, caller: Caller): Promise<ActResult> {
    return this.#act(serials, act, caller, unlock);
  }

  /** Revokes tokens, all or none. @throws UnknownSerial */
  async revoke(serials: readonly string[], act: BranchAct, caller: Caller): Promise<ActResult> {
    return this.#act(serials, act, caller, revoke);
  }

  async #act(
    serials: readonly string[],
    act: BranchAct,
    caller: Caller,
    rule: (token: StoredToken) => Decision<boolean>,
  ): Promise<ActResult> {
    const decide = (tokens: readonly (StoredToken | undefined)[]): Decision<boolean>[] =>
      tokens.map((token, index) => rule(known(token, serials[index]!)));
    const changed = await this.batcher.submit(this.#work(serials, caller, decide, { ...act }));
    return {
      changed: serials.filter((_, index) => changed[index]),
      unchanged: serials.filter((_, index) => !changed[index]),
    };
  }

  /** One decision a token, with its changes and its lines for the audit. */
  #work<Answer>(
    serials: readonly string[],
    caller: Caller,
    decide: (tokens: readonly (StoredToken | undefined)[]) => Decision<Answer>[],
    detail: AuditEntry["detail"] = {},
  ): Work<Answer[]> {
    return {
      serials,
      decide: (tokens) => {
        const decisions = decide(tokens);
        return {
          answer: decisions.map(({ answer }) => answer),
          changes: decisions.flatMap(({ next }, index) =>
            next ? [{ serial: serials[index]!, next }] : [],
          ),
          audit: decisions.flatMap(({ happenings }, index) =>
            happenings.map((happening) => entry(happening, serials[index], caller, detail)),
          ),
        };
      },
    };
  }

  /** The token with its seed within reach: opened only when the rules ask for a code. */
  #token(stored: StoredToken): Token {
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

function known(token: StoredToken | undefined, serial: string): StoredToken {
  if (!token) throw new UnknownSerial(serial);
  return token;
}

function entry(
  { event, result }: Happening,
  serial: string | undefined,
  { actor, source, at }: Caller,
  detail: AuditEntry["detail"],
): AuditEntry {
  return { at, event, result, serial, actor, source, detail };
}
