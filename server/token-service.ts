import type { Book, BookToken } from "./core/book.js";
import type { Caller } from "./core/caller.js";
import type { Paper } from "./core/branch.js";
import { revoke, unlock } from "./core/lifecycle.js";
import { resync, type ResyncAnswer } from "./core/resync.js";
import { takeOut } from "./core/revoke-users.js";
import { apply, type Rules, tell } from "./core/rules.js";
import { verifySerial, verifyUser } from "./core/user-code.js";
import type { Verdict } from "./core/verify.js";
import type { Clerk } from "./clerk.js";

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

/** Codes verified, by serial or user, and tokens changed by their serials: core's rules over the store. */
export class TokenService {
  constructor(readonly clerk: Clerk) {}

  /** Verifies a code by serial. An unknown serial answers like a wrong code. */
  async verify(serial: string, code: string, caller: Caller): Promise<Verdict> {
    return this.clerk.decide({ serials: [serial], narrow: true }, caller, (book, rules) =>
      verifySerial(book, rules, serial, code),
    );
  }

  /** Verifies a code by user: the rules of the user's state, then those of his token. */
  async verifyUser(
    user: string,
    code: string,
    caller: Caller,
  ): Promise<Verdict & { readonly serial?: string | undefined }> {
    return this.clerk.decide({ users: [user], narrow: true }, caller, (book, rules) => {
      const verdict = verifyUser(book, rules, user, code);
      return verdict.accepted ? { accepted: true, serial: book.user(user)?.serial } : verdict;
    });
  }

  /** @throws UnknownSerial */
  async resync(
    serial: string,
    codes: readonly [string, string],
    act: Paper,
    caller: Caller,
  ): Promise<ResyncAnswer> {
    return this.clerk.decide({ serials: [serial] }, caller, (book, rules) => {
      const token = rules.open(known(book, serial));
      const decision = resync(token, codes, rules.now, rules.policy);
      return apply(book, rules, serial, decision, undefined, { ...act });
    });
  }

  /** Lifts suspensions, all or none. @throws UnknownSerial */
  async unlock(serials: readonly string[], act: Paper, caller: Caller): Promise<ActResult> {
    return this.#act(serials, caller, (book, rules, token) => {
      const changed = apply(book, rules, token.serial, unlock(token), undefined, { ...act });
      if (changed) for (const user of book.holders(token.serial)) tell(book, user, "reinstated");
      return changed;
    });
  }

  /** Revokes tokens for all of their users, all or none. @throws UnknownSerial */
  async revoke(serials: readonly string[], act: Paper, caller: Caller): Promise<ActResult> {
    return this.#act(serials, caller, (book, rules, token) => {
      // The last user's token is itself revoked; without any user it is revoked here.
      const users = takeOut(book, rules, token.serial, undefined, { ...act });
      if (users.length > 0) return true;
      return apply(book, rules, token.serial, revoke(token), undefined, { ...act });
    });
  }

  async #act(
    serials: readonly string[],
    caller: Caller,
    rule: (book: Book, rules: Rules, token: BookToken) => boolean,
  ): Promise<ActResult> {
    const changed = await this.clerk.decide({ serials }, caller, (book, rules) =>
      serials.map((serial) => rule(book, rules, known(book, serial))),
    );
    return {
      changed: serials.filter((_, index) => changed[index]),
      unchanged: serials.filter((_, index) => !changed[index]),
    };
  }
}

function known(book: Book, serial: string): BookToken {
  const token = book.token(serial);
  if (!token) throw new UnknownSerial(serial);
  return token;
}
