import { createHash, randomBytes } from "node:crypto";
import { attempt, type AttemptLimit, type Proof } from "./attempts.js";
import type { Clerk } from "./clerk.js";
import type { Book, Session } from "./core/book.js";
import type { Caller } from "./core/caller.js";
import { type Login, logIn, stop } from "./core/login.js";
import type { Rules } from "./core/rules.js";
import { logInStaff } from "./core/staff.js";
import { networkOf } from "./network.js";
import type { Passwords } from "./passwords.js";

/** Failed logins of one address at one login ID, and of one address at all, that cost no waiting. */
const FREE = { pair: 3, address: 20 };

/** Whose password it is, and what his hash is in a book. */
interface Claim {
  readonly about: { readonly users: [string]; readonly narrow: true } | { readonly staff: string };
  /** Login IDs and staff IDs are counted apart. */
  readonly key: string;
  readonly hashIn: (book: Book) => string | undefined;
}

/** Logs users and staff in and keeps their sessions: the cookie holds a secret, the store its hash. */
export class Sessions {
  constructor(
    readonly clerk: Clerk,
    readonly passwords: Passwords,
  ) {}

  /**
   * Tries a login. Failures make an address wait, at this user and at all, but never keep a user out
   * who comes from elsewhere.
   * @returns with a login, the new session's secret
   * @throws TooSoon, Overloaded
   */
  async logIn(
    user: string,
    password: string,
    caller: Caller,
  ): Promise<Login & { readonly secret: string }> {
    const secret = randomBytes(32).toString("base64url");
    return this.#tried(userClaim(user), password, caller, (book, rules, right) => {
      const answer = logIn(book, rules, user, right, idOf(secret));
      const wrong = !answer.in && answer.reason === "wrong_password";
      return { answer: { ...answer, secret }, proof: wrong ? "wrong" : "right" };
    });
  }

  /** A login to the branch's pages. @returns the new session's secret, or none @throws TooSoon, Overloaded */
  async logInStaff(
    id: string,
    password: string,
    caller: Caller,
  ): Promise<{ readonly secret: string | undefined }> {
    const secret = randomBytes(32).toString("base64url");
    return this.#tried(staffClaim(id), password, caller, (book, rules, right) => {
      const isIn = logInStaff(book, rules, id, right, idOf(secret));
      return { answer: { secret: isIn ? secret : undefined }, proof: isIn ? "right" : "wrong" };
    });
  }

  /** A user's emergency stop (緊急利用停止), by his password as for a login. @throws TooSoon, Overloaded */
  async stop(
    user: string,
    password: string,
    caller: Caller,
  ): Promise<{ readonly stopped: boolean }> {
    return this.#tried(userClaim(user), password, caller, (book, rules, right) => {
      const found = book.user(user);
      if (found && right) stop(book, rules, found);
      else book.record(caller, "stop", "wrong_password", { user: found });
      return { answer: { stopped: right }, proof: right ? "right" : "wrong" };
    });
  }

  /**
   * Decides by a password, with the same work whether there is such a person or not. Checking it
   * takes a while, and is done outside of the transaction: one that was changed meanwhile is not right.
   */
  async #tried<Answer>(
    { about, key, hashIn }: Claim,
    password: string,
    caller: Caller,
    decide: (
      book: Book,
      rules: Rules,
      right: boolean,
    ) => { readonly answer: Answer; readonly proof: Proof },
  ): Promise<Answer> {
    const { store } = this.clerk;
    const address = networkOf(caller.source ?? "");
    const limits: AttemptLimit[] = [
      { key: `${address} ${key}`, free: FREE.pair },
      { key: address, free: FREE.address },
    ];
    // An attempt under way counts as a failure; as they take turns, so few of one address are under way
    // that right passwords typed at the same moment are not refused for each other.
    return this.passwords.turns.take(`from ${address}`, () =>
      attempt(store, limits, caller.at, async () => {
        const hash = hashIn(await store.read(about));
        const matches = await this.passwords.check(password, hash);
        return this.clerk.decide(about, caller, (book, rules) =>
          decide(book, rules, matches && hashIn(book) === hash),
        );
      }),
    );
  }

  /** The session of a cookie's secret. @param now Unix seconds */
  async find(secret: string, now: number): Promise<Session | undefined> {
    return this.clerk.store.session(idOf(secret), now);
  }

  async end(secret: string): Promise<void> {
    await this.clerk.store.endSession(idOf(secret));
  }
}

function userClaim(id: string): Claim {
  return {
    // Only a login that is let in looks at the contract: of others, its size tells nothing.
    about: { users: [id], narrow: true },
    key: id,
    hashIn: (book) => book.user(id)?.passwordHash,
  };
}

function staffClaim(id: string): Claim {
  return {
    about: { staff: id },
    key: `staff ${id}`,
    hashIn: (book) => book.staff(id)?.passwordHash,
  };
}

function idOf(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

/** What a form proves by that it was drawn for this cookie's owner. */
export function formToken(secret: string): string {
  return createHash("sha256").update(`warifu form ${secret}`).digest("base64url");
}
